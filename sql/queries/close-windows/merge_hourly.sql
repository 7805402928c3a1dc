-- First publication of an hour: its partial aggregates become one metric row and are deleted. Distinct
-- counts come from the members, so they are exact.
-- Parameters: $1 timestamptz, window start. Rerun: nothing left to merge.
with
  taken as (
    delete from hourly_partials
    where
      time_window = $1::timestamptz
    returning
      *
  )
insert into
  hourly_metrics (
    time_window,
    stream_count,
    unique_users,
    unique_songs,
    unique_artists,
    total_listen_time,
    avg_listen_time,
    skip_rate,
    like_rate
  )
select
  time_window,
  sum(stream_count),
  (
    select
      count(*)
    from
      (
        select distinct
          member
        from
          taken,
          unnest(user_ids) as member
      )
  ),
  (
    select
      count(*)
    from
      (
        select distinct
          member
        from
          taken,
          unnest(song_ids) as member
      )
  ),
  (
    select
      count(*)
    from
      (
        select distinct
          member
        from
          taken,
          unnest(artist_ids) as member
      )
  ),
  sum(total_listen_time),
  sum(total_listen_time)::double precision / sum(stream_count),
  sum(skipped_count)::double precision / sum(stream_count),
  sum(liked_count)::double precision / sum(stream_count)
from
  taken
group by
  time_window
