-- Whether staged plays that were not inserted equal the fact that has their event_id. A statement of its
-- own, after the insert: an id that another transaction inserted meanwhile is neither seen nor inserted
-- within one statement.
-- Parameters: $1 integer[], ordinals. Rows: one per ordinal; has_same_payload is null where there is no
-- such fact. Rerun: reads only.
select
  s.ordinal,
  fact.has_same_payload
from
  staged_stream_events s
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
where
  s.ordinal = any ($1::integer[])
order by
  s.ordinal
