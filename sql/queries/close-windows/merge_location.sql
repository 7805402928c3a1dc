-- First publication of a window: its partial aggregates become metric rows and are deleted. Distinct
-- counts come from the members, so they are exact; who the users were is kept for the counts of longer periods.
-- Parameters: $1 timestamptz, window start. Rerun: nothing left to merge.
with
  taken as (
    delete from location_partials
    where
      time_window = $1::timestamptz
    returning
      *
  ),
  totals as (
    select
      location_id,
      sum(stream_count) as stream_count
    from
      taken
    group by
      location_id
  ),
  pairs as materialized (
    select distinct
      location_id,
      user_id
    from
      taken,
      unnest(user_ids) as user_id
  ),
  listeners as (
    insert into
      location_listeners (time_window, location_id, chunk, listeners)
    select
      $1::timestamptz,
      location_id,
      user_id >> 11,
      bit_or(
        set_bit(repeat('0', 2048)::bit(2048), user_id & 2047, 1)
      )
    from
      pairs
    group by
      location_id,
      user_id >> 11
  ),
  distinct_users as (
    select
      location_id,
      count(*) as unique_users
    from
      pairs
    group by
      location_id
  ),
  distinct_songs as (
    select
      location_id,
      count(*) as unique_songs
    from
      (
        select distinct
          location_id,
          member
        from
          taken,
          unnest(song_ids) as member
      )
    group by
      location_id
  )
insert into
  location_metrics (
    time_window,
    location_id,
    stream_count,
    unique_users,
    unique_songs
  )
select
  $1::timestamptz,
  location_id,
  stream_count,
  unique_users,
  unique_songs
from
  totals
  join distinct_users using (location_id)
  join distinct_songs using (location_id)
