-- Plays by hour of day, UTC.
-- plays_per_day divides by the days on which that hour lies between the first and the last play, so that an hour that
-- the data covers once more often than its neighbour looks no busier for that.
-- Rows: 24. Parameters: none. Rerun: reads only.
with
  hours as (
    select
      date_bin(
        '1 hour',
        "timestamp",
        timestamptz '1970-01-01 00:00:00+00'
      ) as hour_start,
      count(*) as play_count
    from
      stream_events
    group by
      1
  ),
  covered as (
    select
      extract(
        hour
        from
          h.hour_start at time zone 'UTC'
      ) as hour_of_day,
      count(*) as day_count
    from
      (
        select
          min(hour_start) as first_hour,
          max(hour_start) as last_hour
        from
          hours
      ) r
      cross join generate_series(r.first_hour, r.last_hour, interval '1 hour') as h (hour_start)
    group by
      1
  ),
  played as (
    select
      extract(
        hour
        from
          hour_start at time zone 'UTC'
      ) as hour_of_day,
      sum(play_count) as play_count
    from
      hours
    group by
      1
  )
select
  h.hour_of_day,
  coalesce(p.play_count, 0) as play_count,
  coalesce(c.day_count, 0) as days_covered,
  round(
    coalesce(p.play_count, 0) / c.day_count::numeric,
    1
  ) as plays_per_day
from
  generate_series(0, 23) as h (hour_of_day)
  left join covered c on c.hour_of_day = h.hour_of_day
  left join played p on p.hour_of_day = h.hour_of_day
order by
  h.hour_of_day
