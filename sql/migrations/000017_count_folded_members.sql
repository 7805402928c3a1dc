-- Distinct counts of open windows, as in 000009 but for those whose partial aggregates are folded into one row: the members
-- of a row differ from each other, so that their number is the count. Of the open windows at an even rate all but one
-- are folded, and the members of each location were most of what a live view read.
create or replace view location_live as
select
  time_window,
  location_id,
  stream_count,
  unique_users,
  unique_songs,
  true as is_final
from
  location_metrics
union all
select
  time_window,
  location_id,
  sum(stream_count)::bigint,
  case
    when count(*) = 1 then max(cardinality(user_ids))::bigint
    else (
      select
        count(distinct m.id)
      from
        location_partials q,
        unnest(q.user_ids) as m (id)
      where
        q.time_window = p.time_window
        and q.location_id = p.location_id
    )
  end,
  case
    when count(*) = 1 then max(cardinality(song_ids))::bigint
    else (
      select
        count(distinct m.id)
      from
        location_partials q,
        unnest(q.song_ids) as m (id)
      where
        q.time_window = p.time_window
        and q.location_id = p.location_id
    )
  end,
  false
from
  location_partials p
group by
  time_window,
  location_id;

create or replace view hourly_live as
select
  time_window,
  stream_count,
  unique_users,
  unique_songs,
  unique_artists,
  total_listen_time,
  avg_listen_time,
  skip_rate,
  like_rate,
  true as is_final
from
  hourly_metrics
union all
select
  time_window,
  sum(stream_count)::bigint,
  case
    when count(*) = 1 then max(cardinality(user_ids))::bigint
    else (
      select
        count(distinct m.id)
      from
        hourly_partials q,
        unnest(q.user_ids) as m (id)
      where
        q.time_window = p.time_window
    )
  end,
  case
    when count(*) = 1 then max(cardinality(song_ids))::bigint
    else (
      select
        count(distinct m.id)
      from
        hourly_partials q,
        unnest(q.song_ids) as m (id)
      where
        q.time_window = p.time_window
    )
  end,
  case
    when count(*) = 1 then max(cardinality(artist_ids))::bigint
    else (
      select
        count(distinct m.id)
      from
        hourly_partials q,
        unnest(q.artist_ids) as m (id)
      where
        q.time_window = p.time_window
    )
  end,
  sum(total_listen_time)::bigint,
  sum(total_listen_time)::double precision / sum(stream_count),
  sum(skipped_count)::double precision / sum(stream_count),
  sum(liked_count)::double precision / sum(stream_count),
  false
from
  hourly_partials p
group by
  time_window;
