-- The charts of the dashboard Devices.
-- Parameters: $1, $2 timestamptz, the period [from, until), at borders of buckets; $3 interval, the size of a bucket.
-- Rows: in the order of each chart; chart text, its id; cells json, in the order of its columns; provisional boolean, whether
--   the row is of a bucket that is not final.
-- Reads only, the view once. A bucket without plays is there, with counts of zero.
with
  plays as materialized (
    select
      date_bin(
        $3::interval,
        time_window,
        timestamptz '1970-01-01 00:00:00+00'
      ) as bucket,
      device_type,
      os,
      sum(stream_count) as stream_count,
      sum(total_listen_time) as total_listen_time,
      sum(completed_count) as completed_count,
      bool_and(is_final) as is_final
    from
      device_by_window
    where
      time_window >= $1::timestamptz
      and time_window < $2::timestamptz
    group by
      1,
      2,
      3
  ),
  by_type as (
    select
      device_type,
      sum(stream_count) as stream_count,
      sum(total_listen_time)::double precision / sum(stream_count) as listen_time,
      sum(completed_count)::double precision / sum(stream_count) as completion_rate,
      row_number() over (
        order by
          sum(stream_count) desc,
          device_type collate "C"
      ) as place
    from
      plays
    group by
      device_type
  ),
  by_os as (
    select
      os,
      sum(completed_count)::double precision / sum(stream_count) as completion_rate,
      row_number() over (
        order by
          sum(stream_count) desc,
          os collate "C"
      ) as place
    from
      plays
    group by
      os
  ),
  by_type_and_os as (
    select
      device_type,
      os,
      sum(total_listen_time)::double precision / sum(stream_count) as listen_time
    from
      plays
    group by
      device_type,
      os
  ),
  buckets as (
    select
      b.bucket,
      to_char(
        b.bucket at time zone 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS"Z"'
      ) as time,
      b.bucket + $3::interval > f.closed_until
      or coalesce(bool_or(not p.is_final), false) as provisional
    from
      generate_series(
        $1::timestamptz,
        $2::timestamptz - interval '1 microsecond',
        $3::interval
      ) as b (bucket)
      cross join window_frontiers f
      left join plays p on p.bucket = b.bucket
    where
      f.window_kind = 'minutes'
    group by
      b.bucket,
      f.closed_until
  ),
  charts (chart, place, next_place, cells, provisional) as (
    select
      'streams-by-type',
      place,
      0,
      json_build_array(device_type, stream_count),
      false
    from
      by_type
    union all
    select
      'listen-time-by-type',
      place,
      0,
      json_build_array(device_type, listen_time),
      false
    from
      by_type
    union all
    select
      'completion-by-type',
      place,
      0,
      json_build_array(device_type, completion_rate),
      false
    from
      by_type
    union all
    select
      'completion-by-os',
      place,
      0,
      json_build_array(os, completion_rate),
      false
    from
      by_os
    union all
    select
      'usage',
      dense_rank() over (
        order by
          b.bucket
      ),
      t.place,
      json_build_array(
        b.time,
        t.device_type,
        coalesce(p.stream_count, 0)
      ),
      b.provisional
    from
      buckets b
      cross join by_type t
      left join (
        select
          bucket,
          device_type,
          sum(stream_count) as stream_count
        from
          plays
        group by
          bucket,
          device_type
      ) p on p.bucket = b.bucket
      and p.device_type = t.device_type
    union all
    select
      'listen-time-by-type-and-os',
      t.place,
      o.place,
      json_build_array(t.device_type, o.os, c.listen_time),
      false
    from
      by_type t
      cross join by_os o
      left join by_type_and_os c on c.device_type = t.device_type
      and c.os = o.os
  )
select
  chart,
  cells,
  provisional
from
  charts
order by
  chart,
  place,
  next_place
