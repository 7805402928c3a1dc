-- The charts of the dashboard Hourly Trends.
-- Parameters: $1, $2 timestamptz, the period [from, until), at borders of hours; $3 interval, the size of hourly windows.
-- Rows: in the order of each chart; chart text, its id; cells json, in the order of its columns; provisional boolean, whether
--   the row's hour is not final.
-- Reads only. An hour without plays is there, with counts of zero and no rates.
with
  hours as materialized (
    select
      to_char(
        b.bucket at time zone 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS"Z"'
      ) as hour,
      coalesce(h.stream_count, 0) as stream_count,
      coalesce(h.unique_users, 0) as unique_users,
      coalesce(h.unique_songs, 0) as unique_songs,
      h.total_listen_time::double precision / nullif(h.stream_count, 0) as listen_time,
      h.skip_rate,
      h.like_rate,
      b.bucket + $3::interval > f.closed_until
      or coalesce(not h.is_final, false) as provisional
    from
      generate_series(
        $1::timestamptz,
        $2::timestamptz - interval '1 microsecond',
        $3::interval
      ) as b (bucket)
      cross join window_frontiers f
      left join hourly_live h on h.time_window = b.bucket
      and h.time_window >= $1::timestamptz
      and h.time_window < $2::timestamptz
    where
      f.window_kind = 'hourly'
  )
select
  c.chart,
  c.cells,
  h.provisional
from
  hours h
  cross join lateral (
    values
      ('streams', json_build_array(hour, stream_count)),
      (
        'unique-users-and-songs',
        json_build_array(hour, unique_users, unique_songs)
      ),
      (
        'rates',
        json_build_array(hour, skip_rate, like_rate)
      ),
      (
        'listen-time',
        json_build_array(hour, listen_time)
      )
  ) as c (chart, cells)
order by
  c.chart,
  h.hour
