-- What every chart is drawn from, by the built-in page and by Superset. Counts and sums are kept, so that a rate over any
-- period is a ratio of sums. No view has more of a user than the number, and what groups users.
-- The rate or average that a metric row holds is one division of whole numbers: times its divisor it is the sum again. Where many
-- rows are added up the same is written out with doubles, as a sum of bigint is numeric, which takes three times as long.
create function total_of_mean (mean double precision, of_count bigint) returns bigint language sql immutable parallel safe return round(mean * of_count)::bigint;

-- An hour is final once it is over and all its windows are published.
create view hour_states as
select
  time_window,
  o.time_window is null
  and time_window + interval '1 hour' <= f.closed_until as is_final
from
  hour_rollups h
  full join (
    select distinct
      date_bin(
        interval '1 hour',
        window_start,
        timestamptz '1970-01-01 00:00:00+00'
      ) as time_window
    from
      window_partials
    where
      window_kind = 'minutes'
  ) o using (time_window)
  cross join window_frontiers f
where
  f.window_kind = 'minutes';

create view engagement_by_user_window as
select
  l.time_window,
  l.user_id,
  coalesce(u.subscription_type, 'unknown') as subscription_type,
  age_group (u.age) as age_group,
  l.stream_count,
  l.total_listen_time,
  total_of_mean (l.skip_rate, l.stream_count) as skipped_count,
  total_of_mean (l.like_rate, l.stream_count) as liked_count,
  total_of_mean (l.share_rate, l.stream_count) as shared_count,
  total_of_mean (l.playlist_add_rate, l.stream_count) as added_to_playlist_count,
  l.is_final
from
  user_engagement_live l
  left join users u using (user_id);

create view engagement_by_user_hour as
select
  e.time_window,
  e.user_id,
  coalesce(u.subscription_type, 'unknown') as subscription_type,
  age_group (u.age) as age_group,
  e.stream_count,
  e.total_listen_time,
  e.skipped_count,
  e.liked_count,
  e.shared_count,
  e.added_to_playlist_count,
  h.is_final
from
  (
    select
      date_bin(
        interval '1 hour',
        time_window,
        timestamptz '1970-01-01 00:00:00+00'
      ) as time_window,
      user_id,
      sum(stream_count::double precision)::integer as stream_count,
      sum(total_listen_time::double precision)::bigint as total_listen_time,
      sum(round(skip_rate * stream_count))::integer as skipped_count,
      sum(round(like_rate * stream_count))::integer as liked_count,
      sum(round(share_rate * stream_count))::integer as shared_count,
      sum(round(playlist_add_rate * stream_count))::integer as added_to_playlist_count
    from
      user_engagement_live
    group by
      1,
      2
  ) e
  join hour_states h using (time_window)
  left join users u using (user_id);

-- Which segment those were in at a version who have moved since: the first that they have left. Windows share few versions, and
-- each is looked up behind the one before: somebody has moved most of the time, and there are windows of years.
create view user_segments_left as
with recursive
  stale (version) as (
    select
      min(version)
    from
      user_engagement_segment_versions
    union all
    select
      (
        select
          min(w.version)
        from
          user_engagement_segment_versions w
        where
          w.version > s.version
      )
    from
      stale s
    where
      s.version is not null
  )
select distinct
  on (s.version, c.user_id) s.version,
  c.user_id,
  c.subscription_type,
  c.age_group
from
  stale s
  join user_segment_changes c on c.version > s.version
order by
  s.version,
  c.user_id,
  c.version;

-- Whoever is in another segment than at the version of a window's sums, out of that one and into the present one. The limit has
-- the few rows of such a user looked up, whatever the planner expects.
create view user_segment_moves as
select
  w.time_window,
  s.subscription_type,
  s.age_group,
  s.sign as active_users,
  s.sign * m.stream_count as stream_count,
  s.sign * m.total_listen_time as total_listen_time,
  s.sign * total_of_mean (m.skip_rate, m.stream_count) as skipped_count,
  s.sign * total_of_mean (m.like_rate, m.stream_count) as liked_count,
  s.sign * total_of_mean (m.share_rate, m.stream_count) as shared_count,
  s.sign * total_of_mean (m.playlist_add_rate, m.stream_count) as added_to_playlist_count
from
  user_segments_left l
  join user_engagement_segment_versions w using (version)
  cross join lateral (
    select
      *
    from
      user_engagement_metrics m
    where
      m.time_window = w.time_window
      and m.user_id = l.user_id
    limit
      1
  ) m
  left join users u on u.user_id = l.user_id
  cross join lateral (
    values
      (l.subscription_type, l.age_group, -1),
      (
        coalesce(u.subscription_type, 'unknown'),
        age_group (u.age),
        1
      )
  ) as s (subscription_type, age_group, sign);

-- Sums by segment, to be added up; who is active in an open window is left out, as that takes finding the different ones.
-- What groups users is worked out for a few hundred sums, not for every user.
create view engagement_window_parts as
select
  time_window,
  subscription_type,
  age_group,
  active_users,
  stream_count,
  total_listen_time,
  skipped_count,
  liked_count,
  shared_count,
  added_to_playlist_count,
  true as is_final
from
  user_engagement_segments
union all
select
  time_window,
  subscription_type,
  age_group,
  active_users,
  stream_count,
  total_listen_time,
  skipped_count,
  liked_count,
  shared_count,
  added_to_playlist_count,
  true
from
  user_segment_moves
union all
select
  time_window,
  coalesce(subscription_type, 'unknown'),
  age_group (age),
  0,
  stream_count::bigint,
  total_listen_time::bigint,
  skipped_count::bigint,
  liked_count::bigint,
  shared_count::bigint,
  added_to_playlist_count::bigint,
  false
from
  (
    select
      p.time_window,
      u.subscription_type,
      u.age,
      sum(p.stream_count::double precision) as stream_count,
      sum(p.total_listen_time::double precision) as total_listen_time,
      sum(p.skipped_count::double precision) as skipped_count,
      sum(p.liked_count::double precision) as liked_count,
      sum(p.shared_count::double precision) as shared_count,
      sum(p.added_to_playlist_count::double precision) as added_to_playlist_count
    from
      user_engagement_partial_rows p
      left join users u using (user_id)
    group by
      p.time_window,
      u.subscription_type,
      u.age
  ) ages;

create view engagement_by_window as
select
  time_window,
  subscription_type,
  age_group,
  sum(active_users)::bigint as active_users,
  sum(stream_count)::bigint as stream_count,
  sum(total_listen_time)::bigint as total_listen_time,
  sum(skipped_count)::bigint as skipped_count,
  sum(liked_count)::bigint as liked_count,
  sum(shared_count)::bigint as shared_count,
  sum(added_to_playlist_count)::bigint as added_to_playlist_count,
  bool_and(is_final) as is_final
from
  (
    select
      *
    from
      engagement_window_parts
    union all
    select
      p.time_window,
      coalesce(u.subscription_type, 'unknown'),
      age_group (u.age),
      1,
      0,
      0,
      0,
      0,
      0,
      0,
      false
    from
      (
        select distinct
          time_window,
          user_id
        from
          user_engagement_partial_rows
      ) p
      left join users u using (user_id)
  ) parts
group by
  time_window,
  subscription_type,
  age_group
having
  sum(active_users) > 0;

create view engagement_by_hour as
select
  w.time_window,
  w.subscription_type,
  w.age_group,
  w.stream_count,
  w.total_listen_time,
  w.skipped_count,
  w.liked_count,
  w.shared_count,
  w.added_to_playlist_count,
  w.is_final
  and w.time_window + interval '1 hour' <= f.closed_until as is_final
from
  (
    select
      date_bin(
        interval '1 hour',
        time_window,
        timestamptz '1970-01-01 00:00:00+00'
      ) as time_window,
      subscription_type,
      age_group,
      sum(stream_count)::bigint as stream_count,
      sum(total_listen_time)::bigint as total_listen_time,
      sum(skipped_count)::bigint as skipped_count,
      sum(liked_count)::bigint as liked_count,
      sum(shared_count)::bigint as shared_count,
      sum(added_to_playlist_count)::bigint as added_to_playlist_count,
      bool_and(is_final) as is_final
    from
      engagement_window_parts
    group by
      1,
      2,
      3
    having
      sum(stream_count) > 0
  ) w
  cross join window_frontiers f
where
  f.window_kind = 'minutes';

-- Every hour since the first, also those without plays: how many days had a certain hour is seen in those that were empty, too.
create view streams_by_hour as
select
  h.time_window,
  coalesce(l.stream_count, 0) as stream_count,
  coalesce(
    l.is_final,
    h.time_window + f.window_size <= f.closed_until
  ) as is_final
from
  window_frontiers f
  cross join lateral generate_series(
    (
      select
        min(time_window)
      from
        hourly_live
    ),
    greatest(
      (
        select
          max(time_window)
        from
          hourly_live
      ),
      now()
    ),
    f.window_size
  ) as h (time_window)
  left join hourly_live l using (time_window)
where
  f.window_kind = 'hourly';

create view content_by_window as
select
  l.time_window,
  l.song_id,
  coalesce(s.title, 'song ' || l.song_id) as song,
  l.artist_id,
  coalesce(a.name, 'artist ' || l.artist_id) as artist,
  coalesce(s.genre, 'unknown') as genre,
  l.stream_count,
  total_of_mean (l.completion_rate, l.stream_count) as completed_count,
  total_of_mean (l.skip_rate, l.stream_count) as skipped_count,
  total_of_mean (l.like_rate, l.stream_count) as liked_count,
  l.is_final
from
  content_performance_live l
  left join songs s using (song_id)
  left join artists a using (artist_id);

-- An hour in parts, to be added up: what its sums hold, the published windows that they do not, and micro-batches of open windows.
-- An array of hours is looked up in the index; joining 200,000 rows with two dozen hours took a quarter of the time.
create view content_performance_hour_parts as
select
  s.time_window,
  s.song_id,
  s.artist_id,
  s.stream_count,
  s.completed_count,
  s.skipped_count,
  s.liked_count
from
  content_performance_hours s
where
  s.time_window = any (
    array(
      select
        h.time_window
      from
        hour_rollups h
      where
        h.rolled_until is not null
    )
  )
union all
select
  h.time_window,
  m.song_id,
  m.artist_id,
  m.stream_count::integer,
  round(m.completion_rate * m.stream_count)::integer,
  round(m.skip_rate * m.stream_count)::integer,
  round(m.like_rate * m.stream_count)::integer
from
  hour_rollups h
  join content_performance_metrics m on m.time_window >= coalesce(h.rolled_until, h.time_window)
  and m.time_window < h.time_window + interval '1 hour'
where
  h.rolled_until is distinct from h.time_window + interval '1 hour'
union all
select
  date_bin(
    interval '1 hour',
    time_window,
    timestamptz '1970-01-01 00:00:00+00'
  ),
  song_id,
  artist_id,
  stream_count,
  completed_count,
  skipped_count,
  liked_count
from
  content_performance_partial_rows;

create view content_by_hour as
select
  c.time_window,
  c.song_id,
  coalesce(s.title, 'song ' || c.song_id) as song,
  c.artist_id,
  coalesce(a.name, 'artist ' || c.artist_id) as artist,
  coalesce(s.genre, 'unknown') as genre,
  c.stream_count,
  c.completed_count,
  c.skipped_count,
  c.liked_count,
  h.is_final
from
  (
    select
      time_window,
      song_id,
      artist_id,
      sum(stream_count)::integer as stream_count,
      sum(completed_count)::integer as completed_count,
      sum(skipped_count)::integer as skipped_count,
      sum(liked_count)::integer as liked_count
    from
      content_performance_hour_parts
    group by
      time_window,
      song_id,
      artist_id
  ) c
  join hour_states h using (time_window)
  left join songs s using (song_id)
  left join artists a using (artist_id);

create view device_by_window as
select
  l.time_window,
  l.device_id,
  coalesce(d.device_type, 'unknown') as device_type,
  coalesce(d.os, 'unknown') as os,
  l.stream_count,
  total_of_mean (l.avg_listen_time, l.stream_count) as total_listen_time,
  total_of_mean (l.completion_rate, l.stream_count) as completed_count,
  l.is_final
from
  device_live l
  left join devices d using (device_id);

create view location_by_window as
select
  l.time_window,
  l.location_id,
  coalesce(p.country, 'unknown') as country,
  coalesce(p.region, 'unknown') as region,
  coalesce(p.city, 'location ' || l.location_id) as city,
  concat_ws(
    ', ',
    coalesce(p.city, 'location ' || l.location_id),
    p.country
  ) as place,
  l.stream_count,
  l.is_final
from
  location_live l
  left join locations p using (location_id);

create view location_listeners_open as
select
  time_window,
  location_id,
  user_id >> 11 as chunk,
  bit_or(
    set_bit(repeat('0', 2048)::bit(2048), user_id & 2047, 1)
  ) as listeners
from
  location_partials
  cross join lateral unnest(user_ids) as user_id
group by
  time_window,
  location_id,
  user_id >> 11;

create view location_listeners_live as
select
  time_window,
  location_id,
  chunk,
  listeners
from
  location_listeners
union all
select
  time_window,
  location_id,
  chunk,
  listeners
from
  location_listeners_open;

create view location_listener_hour_parts as
select
  s.time_window,
  s.location_id,
  s.chunk,
  s.listeners
from
  location_listener_hours s
where
  s.time_window = any (
    array(
      select
        h.time_window
      from
        hour_rollups h
      where
        h.rolled_until is not null
    )
  )
union all
select
  h.time_window,
  l.location_id,
  l.chunk,
  l.listeners
from
  hour_rollups h
  join location_listeners l on l.time_window >= coalesce(h.rolled_until, h.time_window)
  and l.time_window < h.time_window + interval '1 hour'
where
  h.rolled_until is distinct from h.time_window + interval '1 hour'
union all
select
  date_bin(
    interval '1 hour',
    time_window,
    timestamptz '1970-01-01 00:00:00+00'
  ),
  location_id,
  chunk,
  listeners
from
  location_listeners_open;

create view location_listeners_by_hour as
select
  time_window,
  location_id,
  chunk,
  bit_or(listeners) as listeners
from
  location_listener_hour_parts
group by
  time_window,
  location_id,
  chunk;

create view plays_by_location as
select
  e."timestamp" as played_at,
  e.user_id,
  e.song_id,
  e.location_id,
  coalesce(l.country, 'unknown') as country,
  coalesce(l.region, 'unknown') as region,
  coalesce(l.city, 'location ' || e.location_id) as city,
  concat_ws(
    ', ',
    coalesce(l.city, 'location ' || e.location_id),
    l.country
  ) as place
from
  stream_events e
  left join locations l using (location_id);

grant
select
  on hour_states,
  content_performance_hour_parts,
  location_listener_hour_parts,
  user_segments_left,
  user_segment_moves,
  engagement_by_user_window,
  engagement_by_user_hour,
  engagement_window_parts,
  engagement_by_window,
  engagement_by_hour,
  streams_by_hour,
  content_by_window,
  content_by_hour,
  device_by_window,
  location_by_window,
  location_listeners_open,
  location_listeners_live,
  location_listeners_by_hour,
  plays_by_location to reader;

grant
select
  on user_segment_moves to closer;
