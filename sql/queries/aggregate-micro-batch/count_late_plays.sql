-- Appends how many of the micro-batch's plays came after their window had closed, and how late. A statement of its
-- own, run only where there are late plays; the lock on the frontiers has kept these where they were for the insert.
-- Parameters: $1 text, topic; $2 integer[], ordinals of the late plays; $3 bigint[], when the broker took the record
-- of each, ms. Rerun: only in the transaction that inserted the plays.
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
      f.window_kind,
      w.window_start,
      s.partition,
      timestamptz '1970-01-01 00:00:00+00' + taken.taken_ms * interval '1 millisecond' - (w.window_start + f.window_size) as lateness,
      w.window_start + f.window_size <= f.closed_until as is_closed
    from
      unnest($2::integer[], $3::bigint[]) as taken (ordinal, taken_ms)
      join staged_stream_events s using (ordinal)
      cross join window_frontiers f
      cross join lateral (
        select
          date_bin(
            f.window_size,
            s."timestamp",
            timestamptz '1970-01-01 00:00:00+00'
          ) as window_start
      ) w
  )
where
  is_closed
group by
  window_kind,
  window_start,
  partition
