-- Staged plays that cannot simply be inserted: those from the future, those before the retention horizon,
-- and those that refer to dimensions that do not exist. Whether such a play is a fact already comes first in the order of checks.
-- Parameters: none. Rows: one per suspect play, with the horizon that it lies before (null: it does not) and the missing
-- ids (null: exists).
-- Rerun: reads only.
with
  kept as materialized (
    select
      horizon
    from
      retention_horizons
    where
      kept = 'facts'
  ),
  suspects as materialized (
    select
      s.*,
      case
        when s."timestamp" < (
          select
            horizon
          from
            kept
        ) then (
          select
            horizon
          from
            kept
        )
      end as passed_horizon,
      case
        when u.user_id is null then s.user_id
      end as missing_user_id,
      case
        when a.artist_id is null then s.artist_id
      end as missing_artist_id,
      case
        when b.album_id is null then s.album_id
      end as missing_album_id,
      case
        when g.song_id is null then s.song_id
      end as missing_song_id,
      case
        when d.device_id is null then s.device_id
      end as missing_device_id,
      case
        when l.location_id is null then s.location_id
      end as missing_location_id
    from
      staged_stream_events s
      left join users u on u.user_id = s.user_id
      left join artists a on a.artist_id = s.artist_id
      left join albums b on b.album_id = s.album_id
      left join songs g on g.song_id = s.song_id
      left join devices d on d.device_id = s.device_id
      left join locations l on l.location_id = s.location_id
    where
      s.is_future
      or s."timestamp" < (
        select
          horizon
        from
          kept
      )
      or u.user_id is null
      or a.artist_id is null
      or b.album_id is null
      or g.song_id is null
      or d.device_id is null
      or l.location_id is null
  )
select
  s.ordinal,
  s.is_future,
  s.passed_horizon,
  s.missing_user_id,
  s.missing_artist_id,
  s.missing_album_id,
  s.missing_song_id,
  s.missing_device_id,
  s.missing_location_id,
  fact.has_same_payload
from
  suspects s
  left join lateral (
    select
      (
        f."timestamp",
        f.user_id,
        f.song_id,
        f.artist_id,
        f.album_id,
        f.device_id,
        f.location_id,
        f.stream_duration_seconds,
        f.is_complete_play,
        f.is_skipped,
        f.is_liked,
        f.is_shared,
        f.is_added_to_playlist
      ) = (
        s."timestamp",
        s.user_id,
        s.song_id,
        s.artist_id,
        s.album_id,
        s.device_id,
        s.location_id,
        s.stream_duration_seconds,
        s.is_complete_play,
        s.is_skipped,
        s.is_liked,
        s.is_shared,
        s.is_added_to_playlist
      ) as has_same_payload
    from
      stream_events f
    where
      f.event_id = s.event_id
    limit
      1
  ) fact on true
order by
  s.ordinal
