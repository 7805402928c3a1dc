-- Hours without any play between the first and the last one.
-- A stream may be silent, so a gap is no error; neighbouring hours are one row.
-- Rows: at most a hundred, the longest first; half-open, UTC. Parameters: none. Rerun: reads only.
with
  hours as (
    select distinct
      date_bin(
        '1 hour',
        "timestamp",
        timestamptz '1970-01-01 00:00:00+00'
      ) as hour_start
    from
      stream_events
  ),
  neighbours as (
    select
      hour_start + interval '1 hour' as gap_start,
      lead(hour_start) over (
        order by
          hour_start
      ) as gap_end
    from
      hours
  )
select
  gap_start,
  gap_end,
  (
    extract(
      epoch
      from
        gap_end - gap_start
    ) / 3600
  )::integer as hour_count
from
  neighbours
where
  gap_end > gap_start
order by
  hour_count desc,
  gap_start
limit
  100
