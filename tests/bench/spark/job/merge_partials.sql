-- The metric tables from the partial aggregates of all batches.
insert into
  user_engagement_metrics
select
  time_window,
  user_id,
  sum(play_count),
  sum(listened_seconds),
  sum(listened_seconds)::double precision / sum(play_count)::double precision,
  sum(skipped_count)::double precision / sum(play_count)::double precision,
  sum(liked_count)::double precision / sum(play_count)::double precision,
  sum(shared_count)::double precision / sum(play_count)::double precision,
  sum(added_count)::double precision / sum(play_count)::double precision
from
  user_engagement_partials
group by
  time_window,
  user_id;

insert into
  content_performance_metrics
select
  time_window,
  song_id,
  artist_id,
  sum(play_count),
  sum(completed_count)::double precision / sum(play_count)::double precision,
  sum(skipped_count)::double precision / sum(play_count)::double precision,
  sum(liked_count)::double precision / sum(play_count)::double precision
from
  content_performance_partials
group by
  time_window,
  song_id,
  artist_id;

insert into
  device_metrics
select
  time_window,
  device_id,
  sum(play_count),
  sum(listened_seconds)::double precision / sum(play_count)::double precision,
  sum(completed_count)::double precision / sum(play_count)::double precision
from
  device_partials
group by
  time_window,
  device_id;

insert into
  location_metrics
with
  sums as (
    select
      time_window,
      location_id,
      sum(play_count) as plays
    from
      location_partials
    group by
      time_window,
      location_id
  ),
  members as (
    select
      time_window,
      location_id,
      count(distinct member) filter (
        where
          kind = 'user'
      ) as users,
      count(distinct member) filter (
        where
          kind = 'song'
      ) as songs
    from
      location_partials
      cross join lateral (
        select
          'user' as kind,
          unnest(users) as member
        union all
        select
          'song',
          unnest(songs)
      ) as seen
    group by
      time_window,
      location_id
  )
select
  time_window,
  location_id,
  plays,
  users,
  songs
from
  sums
  join members using (time_window, location_id);

insert into
  hourly_metrics
select
  time_window,
  sum(play_count),
  (
    select
      count(distinct member)
    from
      hourly_partials m,
      unnest(m.users) as member
    where
      m.time_window = p.time_window
  ),
  (
    select
      count(distinct member)
    from
      hourly_partials m,
      unnest(m.songs) as member
    where
      m.time_window = p.time_window
  ),
  (
    select
      count(distinct member)
    from
      hourly_partials m,
      unnest(m.artists) as member
    where
      m.time_window = p.time_window
  ),
  sum(listened_seconds),
  sum(listened_seconds)::double precision / sum(play_count)::double precision,
  sum(skipped_count)::double precision / sum(play_count)::double precision,
  sum(liked_count)::double precision / sum(play_count)::double precision
from
  hourly_partials p
group by
  time_window;
