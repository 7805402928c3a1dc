-- Trending songs: the last 24 hours of plays against the 24 hours before.
-- The last of these hours is that of the newest play. Plays are counted per song before anything is joined, so that no
-- join multiplies them. A song without plays before is new rather than 100 % up; below 5 plays nothing is a trend.
-- Rows: at most twenty, the largest gain in plays first. Parameters: none. Rerun: reads only.
with
  spans as (
    select
      date_bin(
        '1 hour',
        max("timestamp"),
        timestamptz '1970-01-01 00:00:00+00'
      ) + interval '1 hour' as until,
      date_bin(
        '1 hour',
        max("timestamp"),
        timestamptz '1970-01-01 00:00:00+00'
      ) - interval '23 hours' as since,
      date_bin(
        '1 hour',
        max("timestamp"),
        timestamptz '1970-01-01 00:00:00+00'
      ) - interval '47 hours' as before_since
    from
      stream_events
  ),
  by_artist as (
    select
      e.song_id,
      e.artist_id,
      count(*) filter (
        where
          e."timestamp" >= s.since
      ) as play_count,
      count(*) filter (
        where
          e."timestamp" < s.since
      ) as play_count_before
    from
      stream_events e
      cross join spans s
    where
      e."timestamp" >= s.before_since
      and e."timestamp" < s.until
    group by
      e.song_id,
      e.artist_id
  ),
  by_song as (
    select
      p.song_id,
      sum(p.play_count) as play_count,
      sum(p.play_count_before) as play_count_before,
      string_agg(
        coalesce(a.name, '#' || p.artist_id),
        ', '
        order by
          p.play_count desc,
          p.artist_id
      ) as artists
    from
      by_artist p
      left join artists a on a.artist_id = p.artist_id
    group by
      p.song_id
  )
select
  t.song_id,
  s.title,
  t.artists,
  t.play_count,
  t.play_count_before,
  case
    when t.play_count_before = 0 then 'new'
    else to_char(
      round(
        100.0 * (t.play_count - t.play_count_before) / t.play_count_before
      ),
      'FMSG999999990'
    ) || ' %'
  end as change
from
  by_song t
  left join songs s on s.song_id = t.song_id
where
  t.play_count >= 5
  and t.play_count > t.play_count_before
order by
  t.play_count - t.play_count_before desc,
  t.song_id
limit
  20
