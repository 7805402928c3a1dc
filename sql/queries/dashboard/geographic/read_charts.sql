-- The charts of the dashboard Geographic.
-- Parameters: $1, $2 timestamptz, the period [from, until), at borders of buckets; $3 interval, the size of a bucket.
-- Rows: in the order of each chart; chart text, its id; cells json, in the order of its columns; provisional boolean, whether
--   the row is of a bucket that is not final.
-- Reads only, each view once, and of the two of listeners the one of the grain. The different users of a region or country come
-- from the bitmaps of who listened where, put together per piece, for they do not add up. Regions of one name in two countries
-- stay two, and so do cities. A bucket without plays is there, with counts of zero.
with
  plays as materialized (
    select
      date_bin(
        $3::interval,
        time_window,
        timestamptz '1970-01-01 00:00:00+00'
      ) as bucket,
      location_id,
      sum(stream_count) as stream_count,
      bool_and(is_final) as is_final
    from
      location_by_window
    where
      time_window >= $1::timestamptz
      and time_window < $2::timestamptz
    group by
      1,
      2
  ),
  by_location as materialized (
    select
      p.location_id,
      coalesce(l.country, 'unknown') as country,
      concat_ws(
        ', ',
        coalesce(l.region, 'unknown'),
        coalesce(l.country, 'unknown')
      ) as region,
      concat_ws(
        ', ',
        coalesce(l.city, 'location ' || p.location_id),
        l.country
      ) as city,
      p.stream_count
    from
      (
        select
          location_id,
          sum(stream_count) as stream_count
        from
          plays
        group by
          location_id
      ) p
      left join locations l using (location_id)
  ),
  listeners as materialized (
    select
      location_id,
      chunk,
      bit_or(listeners) as listeners
    from
      (
        select
          location_id,
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
          location_id,
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
      location_id,
      chunk
  ),
  by_country as (
    select
      country,
      sum(stream_count) as stream_count
    from
      by_location
    group by
      country
  ),
  by_region as (
    select
      region,
      sum(stream_count) as stream_count
    from
      by_location
    group by
      region
  ),
  users_by_country as (
    select
      country,
      sum(bit_count(listeners)) as user_count
    from
      (
        select
          b.country,
          l.chunk,
          bit_or(l.listeners) as listeners
        from
          listeners l
          join by_location b using (location_id)
        group by
          b.country,
          l.chunk
      ) pieces
    group by
      country
  ),
  users_by_region as (
    select
      region,
      sum(bit_count(listeners)) as user_count
    from
      (
        select
          b.region,
          l.chunk,
          bit_or(l.listeners) as listeners
        from
          listeners l
          join by_location b using (location_id)
        group by
          b.region,
          l.chunk
      ) pieces
    group by
      region
  ),
  top_cities as (
    select
      location_id,
      place,
      case
        when count(*) over (
          partition by
            city
        ) = 1 then city
        else city || ' (' || location_id || ')'
      end as city
    from
      (
        select
          location_id,
          city,
          row_number() over (
            order by
              stream_count desc,
              location_id
          ) as place
        from
          by_location
      ) ranked
    where
      place <= 5
  ),
  buckets as (
    select
      b.bucket,
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
  ranked (chart, row_limit, name, amount) as (
    select
      'streams-by-country',
      15,
      country,
      stream_count
    from
      by_country
    union all
    select
      'map',
      null,
      country,
      stream_count
    from
      by_country
    union all
    select
      'streams-by-region',
      15,
      region,
      stream_count
    from
      by_region
    union all
    select
      'unique-users-by-country',
      15,
      country,
      user_count
    from
      users_by_country
    union all
    select
      'unique-users-by-region',
      15,
      region,
      user_count
    from
      users_by_region
  ),
  charts (chart, place, next_place, cells, provisional) as (
    select
      chart,
      place,
      0,
      json_build_array(name, amount),
      false
    from
      (
        select
          chart,
          row_limit,
          name,
          amount,
          row_number() over (
            partition by
              chart
            order by
              amount desc,
              name collate "C"
          ) as place
        from
          ranked
      ) numbered
    where
      place <= coalesce(row_limit, place)
    union all
    select
      'top-cities',
      dense_rank() over (
        order by
          b.bucket
      ),
      c.place,
      json_build_array(
        to_char(
          b.bucket at time zone 'UTC',
          'YYYY-MM-DD"T"HH24:MI:SS"Z"'
        ),
        c.city,
        coalesce(p.stream_count, 0)
      ),
      b.provisional
    from
      buckets b
      cross join top_cities c
      left join plays p on p.bucket = b.bucket
      and p.location_id = c.location_id
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
