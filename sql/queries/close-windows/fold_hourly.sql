-- Makes one partial aggregate out of many, members united. Parameters: $1 timestamptz, window start.
-- Rerun: folds one row into itself.
with
  taken as (
    delete from hourly_partials
    where
      time_window = $1::timestamptz
    returning
      *
  )
insert into
  hourly_partials (
    time_window,
    stream_count,
    total_listen_time,
    skipped_count,
    liked_count,
    user_ids,
    song_ids,
    artist_ids
  )
select
  time_window,
  sum(stream_count),
  sum(total_listen_time),
  sum(skipped_count),
  sum(liked_count),
  array(
    select distinct
      member
    from
      taken,
      unnest(user_ids) as member
  ),
  array(
    select distinct
      member
    from
      taken,
      unnest(song_ids) as member
  ),
  array(
    select distinct
      member
    from
      taken,
      unnest(artist_ids) as member
  )
from
  taken
group by
  time_window
