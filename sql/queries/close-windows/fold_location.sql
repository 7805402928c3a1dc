-- Makes one partial aggregate per key out of many, members united. Parameters: $1 timestamptz, window
-- start. Rerun: folds rows into themselves.
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
  united_users as (
    select
      location_id,
      array_agg(member) as user_ids
    from
      (
        select distinct
          location_id,
          member
        from
          taken,
          unnest(user_ids) as member
      )
    group by
      location_id
  ),
  united_songs as (
    select
      location_id,
      array_agg(member) as song_ids
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
  location_partials (
    time_window,
    location_id,
    stream_count,
    user_ids,
    song_ids
  )
select
  $1::timestamptz,
  location_id,
  stream_count,
  user_ids,
  song_ids
from
  totals
  join united_users using (location_id)
  join united_songs using (location_id)
