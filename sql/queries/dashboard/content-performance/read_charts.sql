-- The charts of the dashboard Content Performance.
-- Parameters: $1, $2 timestamptz, the period [from, until), at borders of buckets; $3 interval, the size of a bucket: that of
--   the windows of minutes, or an hour.
-- Rows: in the order of each chart; chart text, its id; cells json, in the order of its columns; provisional boolean, whether
--   the row is of a bucket that is not final.
-- Reads only. Every row of the view is read once and added up twice in passing, by bucket and by song; those of the newest two
-- buckets are read again. Names are joined to what is shown; songs and artists are told apart by their ids. A bucket without plays
-- is there, without rates.
with
  -- Integers, which no window or hour of a song exceeds: sums of bigint are numeric, which takes longer than all the rest.
  plays as not materialized (
    select
      time_window as bucket,
      song_id,
      artist_id,
      stream_count::integer,
      completed_count::integer,
      skipped_count::integer,
      liked_count::integer
    from
      content_by_window
    where
      $3::interval <> interval '1 hour'
      and time_window >= $1::timestamptz
      and time_window < $2::timestamptz
    union all
    select
      time_window,
      song_id,
      artist_id,
      stream_count,
      completed_count,
      skipped_count,
      liked_count
    from
      content_performance_hour_parts
    where
      $3::interval = interval '1 hour'
      and time_window >= $1::timestamptz
      and time_window < $2::timestamptz
  ),
  -- Final is what lies before the frontier and has been published.
  marked_buckets as materialized (
    select
      b.bucket,
      b.bucket + $3::interval > f.closed_until
      or exists (
        select
        from
          window_partials p
        where
          p.window_kind = 'minutes'
          and p.window_start >= b.bucket
          and p.window_start < b.bucket + $3::interval
      ) as provisional
    from
      generate_series(
        $1::timestamptz,
        $2::timestamptz - interval '1 microsecond',
        $3::interval
      ) as b (bucket)
      cross join window_frontiers f
    where
      f.window_kind = 'minutes'
  ),
  -- What is trending is seen in the newest two that follow each other and are final.
  newest_pair as (
    select
      max(b.bucket) as newest
    from
      marked_buckets b
      join marked_buckets before on before.bucket = b.bucket - $3::interval
    where
      not b.provisional
      and not before.provisional
  ),
  totals as materialized (
    select
      bucket,
      song_id,
      artist_id,
      sum(stream_count)::double precision as stream_count,
      sum(completed_count)::double precision as completed_count,
      sum(skipped_count)::double precision as skipped_count,
      sum(liked_count)::double precision as liked_count
    from
      plays
    group by
      grouping sets ((bucket), (song_id, artist_id))
  ),
  by_song_and_artist as (
    select
      *
    from
      totals
    where
      song_id is not null
  ),
  buckets as (
    select
      b.bucket,
      b.provisional,
      t.liked_count / t.stream_count as like_rate
    from
      marked_buckets b
      left join totals t on t.bucket = b.bucket
  ),
  by_genre as (
    select
      coalesce(s.genre, 'unknown') as genre,
      sum(p.skipped_count) / sum(p.stream_count) as skip_rate,
      sum(p.liked_count) / sum(p.stream_count) as like_rate
    from
      by_song_and_artist p
      left join songs s using (song_id)
    group by
      1
  ),
  top_songs as (
    select
      song_id,
      sum(stream_count) as stream_count,
      row_number() over (
        order by
          sum(stream_count) desc,
          song_id
      ) as place
    from
      by_song_and_artist
    group by
      song_id
    order by
      place
    limit
      10
  ),
  top_artists as (
    select
      artist_id,
      sum(stream_count) as stream_count,
      sum(completed_count) / sum(stream_count) as completion_rate,
      sum(liked_count) / sum(stream_count) as like_rate,
      row_number() over (
        order by
          sum(stream_count) desc,
          artist_id
      ) as place
    from
      by_song_and_artist
    group by
      artist_id
    order by
      place
    limit
      15
  ),
  compared as (
    select
      song_id,
      coalesce(
        sum(stream_count) filter (
          where
            bucket = newest
        ),
        0
      ) as stream_count,
      coalesce(
        sum(stream_count) filter (
          where
            bucket < newest
        ),
        0
      ) as before_count
    from
      plays
      cross join newest_pair
    where
      bucket = any (
        array(
          select
            unnest(array[newest, newest - $3::interval])
          from
            newest_pair
        )
      )
    group by
      song_id
  ),
  trending as (
    select
      song_id,
      stream_count,
      before_count,
      row_number() over (
        order by
          stream_count - before_count desc,
          stream_count desc,
          song_id
      ) as place
    from
      compared
    where
      stream_count >= 5
      and stream_count > before_count
    order by
      place
    limit
      10
  ),
  -- Whoever a song was played most by is named with it.
  song_labels as (
    select distinct
      on (p.song_id) p.song_id,
      coalesce(s.title, 'song ' || p.song_id) || ' – ' || coalesce(a.name, 'artist ' || p.artist_id) as label
    from
      by_song_and_artist p
      left join songs s using (song_id)
      left join artists a on a.artist_id = p.artist_id
    where
      p.song_id in (
        select
          song_id
        from
          top_songs
        union
        select
          song_id
        from
          trending
      )
    order by
      p.song_id,
      p.stream_count desc,
      p.artist_id
  ),
  named_songs as (
    select
      song_id,
      case
        when count(*) over (
          partition by
            label
        ) = 1 then label
        else label || ' (' || song_id || ')'
      end as label
    from
      song_labels
  ),
  named_artists as (
    select
      t.*,
      case
        when count(*) over (
          partition by
            l.label
        ) = 1 then l.label
        else l.label || ' (' || t.artist_id || ')'
      end as label
    from
      top_artists t
      left join artists a using (artist_id)
      cross join lateral (
        values
          (coalesce(a.name, 'artist ' || t.artist_id))
      ) as l (label)
  ),
  charts (chart, place, name, cells, provisional) as (
    select
      'top-songs',
      t.place,
      '',
      json_build_array(n.label, t.stream_count),
      false
    from
      top_songs t
      join named_songs n using (song_id)
    union all
    select
      c.chart,
      0,
      genre,
      c.cells,
      false
    from
      by_genre
      cross join lateral (
        values
          (
            'skip-rate-by-genre',
            json_build_array(genre, skip_rate)
          ),
          (
            'like-rate-by-genre',
            json_build_array(genre, like_rate)
          )
      ) as c (chart, cells)
    union all
    select
      'like-rate',
      0,
      t.time,
      json_build_array(t.time, b.like_rate),
      b.provisional
    from
      buckets b
      cross join lateral to_char(
        b.bucket at time zone 'UTC',
        'YYYY-MM-DD"T"HH24:MI:SS"Z"'
      ) as t (time)
    union all
    select
      'artists',
      place,
      '',
      json_build_array(label, stream_count, completion_rate, like_rate),
      false
    from
      named_artists
    union all
    select
      'trending',
      t.place,
      '',
      json_build_array(
        n.label,
        t.stream_count,
        t.before_count,
        (t.stream_count - t.before_count)::double precision / nullif(t.before_count, 0),
        case
          when t.before_count = 0 then 'new'
          else 'rising'
        end
      ),
      false
    from
      trending t
      join named_songs n using (song_id)
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
  name collate "C"
