-- The charts of the dashboard User Engagement.
-- Parameters: $1, $2 timestamptz, the period [from, until), at borders of buckets; $3 interval, the size of a bucket: that of
--   the windows of minutes, or an hour.
-- Rows: in the order of each chart; chart text, its id; cells json, in the order of its columns; provisional boolean, whether
--   the row is of a bucket that is not final.
-- Reads only. Who the different users of a bucket and of the period are comes from the bitmaps of who listened where. A bucket
-- without plays is there, with counts of zero and no rates; of windows whose listeners nobody has kept the number is unknown.
with
  segments as materialized (
    select
      date_bin(
        $3::interval,
        time_window,
        timestamptz '1970-01-01 00:00:00+00'
      ) as bucket,
      subscription_type,
      age_group,
      sum(stream_count) as stream_count,
      sum(total_listen_time) as total_listen_time,
      sum(skipped_count) as skipped_count,
      sum(liked_count) as liked_count,
      bool_and(is_final) as is_final
    from
      engagement_window_parts
    where
      time_window >= $1::timestamptz
      and time_window < $2::timestamptz
    group by
      1,
      2,
      3
    having
      sum(stream_count) > 0
  ),
  listeners as materialized (
    select
      bucket,
      chunk,
      bit_or(listeners) as listeners
    from
      (
        select
          time_window as bucket,
          chunk,
          listeners
        from
          location_listeners_live
        where
          $3::interval <> interval '1 hour'
          and time_window >= $1::timestamptz
          and time_window < $2::timestamptz
        union all
        select
          time_window,
          chunk,
          listeners
        from
          location_listener_hour_parts
        where
          $3::interval = interval '1 hour'
          and time_window >= $1::timestamptz
          and time_window < $2::timestamptz
      ) pieces
    group by
      bucket,
      chunk
  ),
  active_users as (
    select
      bucket,
      sum(bit_count(listeners))::bigint as active_users
    from
      listeners
    group by
      bucket
  ),
  users_by_subscription as (
    select
      coalesce(u.subscription_type, 'unknown') as subscription_type,
      count(*) as user_count
    from
      (
        select
          chunk,
          bit_or(listeners) as listeners
        from
          listeners
        group by
          chunk
      ) l
      cross join lateral generate_series(0, 2047) as n (place)
      left join users u on u.user_id = l.chunk * 2048 + n.place
    where
      get_bit(l.listeners, n.place) = 1
    group by
      1
  ),
  by_subscription as (
    select
      s.subscription_type,
      sum(s.stream_count) as stream_count,
      sum(s.total_listen_time)::double precision / sum(s.stream_count) as listen_time,
      sum(s.liked_count)::double precision / sum(s.stream_count) as like_rate,
      sum(s.stream_count)::double precision / nullif(max(u.user_count), 0) as streams_per_user
    from
      segments s
      left join users_by_subscription u using (subscription_type)
    group by
      s.subscription_type
  ),
  by_age as (
    select
      age_group,
      sum(skipped_count)::double precision / sum(stream_count) as skip_rate,
      array_position(
        array[
          'under 18',
          '18-24',
          '25-34',
          '35-44',
          '45-54',
          '55-64',
          '65 and over',
          'unknown'
        ],
        age_group
      ) as place
    from
      segments
    group by
      age_group
  ),
  buckets as (
    select
      b.bucket,
      case
        when count(s.bucket) = 0 then 0
        else max(a.active_users)
      end as active_users,
      coalesce(sum(s.stream_count), 0) as stream_count,
      sum(s.skipped_count)::double precision / sum(s.stream_count) as skip_rate,
      b.bucket + $3::interval > f.closed_until
      or coalesce(bool_or(not s.is_final), false) as provisional
    from
      generate_series(
        $1::timestamptz,
        $2::timestamptz - interval '1 microsecond',
        $3::interval
      ) as b (bucket)
      cross join window_frontiers f
      left join segments s on s.bucket = b.bucket
      left join active_users a on a.bucket = b.bucket
    where
      f.window_kind = 'minutes'
    group by
      b.bucket,
      f.closed_until
  ),
  hours_of_day as (
    select
      to_char(bucket at time zone 'UTC', 'HH24:00') as hour_of_day,
      sum(stream_count)::double precision / count(distinct (bucket at time zone 'UTC')::date) as streams_per_day,
      bool_or(provisional) as provisional
    from
      buckets
    group by
      1
  ),
  charts (chart, place, cells, provisional) as (
    select
      c.chart,
      to_char(b.bucket at time zone 'UTC', 'YYYYMMDDHH24MISS'),
      c.cells,
      b.provisional
    from
      buckets b
      cross join lateral to_char(
        b.bucket at time zone 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS"Z"'
      ) as t (time)
      cross join lateral (
        values
          (
            'active-users',
            json_build_array(time, active_users)
          ),
          ('skip-rate', json_build_array(time, skip_rate))
      ) as c (chart, cells)
    union all
    select
      c.chart,
      subscription_type,
      c.cells,
      false
    from
      by_subscription
      cross join lateral (
        values
          (
            'listen-time-by-subscription',
            json_build_array(subscription_type, listen_time)
          ),
          (
            'streams-per-user',
            json_build_array(subscription_type, streams_per_user)
          ),
          (
            'like-rate-by-subscription',
            json_build_array(subscription_type, like_rate)
          )
      ) as c (chart, cells)
    union all
    select
      'skip-rate-by-age',
      place::text,
      json_build_array(age_group, skip_rate),
      false
    from
      by_age
    union all
    select
      'streams-by-hour-of-day',
      hour_of_day,
      json_build_array(hour_of_day, streams_per_day),
      provisional
    from
      hours_of_day
    union all
    select
      'heat-map',
      h.hour_of_day || s.subscription_type,
      json_build_array(
        h.hour_of_day,
        s.subscription_type,
        coalesce(c.stream_count, 0)
      ),
      h.provisional
    from
      hours_of_day h
      cross join by_subscription s
      left join (
        select
          to_char(bucket at time zone 'UTC', 'HH24:00') as hour_of_day,
          subscription_type,
          sum(stream_count) as stream_count
        from
          segments
        group by
          1,
          2
      ) c on c.hour_of_day = h.hour_of_day
      and c.subscription_type = s.subscription_type
  )
select
  chart,
  cells,
  provisional
from
  charts
order by
  chart,
  place collate "C"
