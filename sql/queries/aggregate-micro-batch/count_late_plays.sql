-- Appends how many of the micro-batch's plays came after their window had closed, and how late. Run only where there are
-- late plays.
-- Parameters: $1 text, topic; then per late play $2 text[], its window's kind; $3 bigint[], the window's start, microseconds
-- since the epoch; $4 integer[], its record's partition; $5 bigint[], when the broker took the record, ms.
-- Rerun: only in the transaction that inserted the plays.
insert into
  late_play_counts (
    window_kind,
    window_start,
    topic,
    partition,
    late_count,
    least_lateness,
    greatest_lateness,
    total_lateness
  )
select
  window_kind,
  window_start,
  $1::text,
  partition,
  count(*),
  min(lateness),
  max(lateness),
  sum(lateness)
from
  (
    select
      p.window_kind,
      w.window_start,
      p.partition,
      timestamptz '1970-01-01 00:00:00+00' + p.taken_ms * interval '1 millisecond' - (w.window_start + f.window_size) as lateness
    from
      unnest(
        $2::text[],
        $3::bigint[],
        $4::integer[],
        $5::bigint[]
      ) as p (window_kind, start_micros, partition, taken_ms)
      join window_frontiers f using (window_kind)
      cross join lateral (
        select
          timestamptz '1970-01-01 00:00:00+00' + p.start_micros * interval '1 microsecond' as window_start
      ) w
  )
group by
  window_kind,
  window_start,
  partition
