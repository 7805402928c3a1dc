-- Makes one row per source partition out of many. Parameters: $1 text, window kind; $2 timestamptz, window start.
-- Rerun: folds rows into themselves.
with
  taken as (
    delete from late_play_counts
    where
      window_kind = $1::text
      and window_start = $2::timestamptz
    returning
      *
  )
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
  topic,
  partition,
  sum(late_count),
  min(least_lateness),
  max(greatest_lateness),
  sum(total_lateness)
from
  taken
group by
  window_kind,
  window_start,
  topic,
  partition
