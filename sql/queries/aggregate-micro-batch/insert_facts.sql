-- Inserts staged plays that may be facts already, or come twice in the micro-batch; the others are copied
-- (copy_facts.sql).
-- Parameters: $1 integer[], ordinals of staged plays to leave out.
-- Rows: one per inserted play, its ordinal; of equal ids it is the first by partition and offset.
-- Rerun: an event_id that is a fact is not inserted. Ordered by key: two inserts of the same ids in other orders would
-- deadlock; two micro-batches that copy and insert still may, and are done again. An id that another transaction inserts
-- meanwhile is waited for, and then neither seen nor inserted.
with
  candidates as materialized (
    select
      *
    from
      staged_stream_events
    where
      not (ordinal = any ($1::integer[]))
  ),
  winners as materialized (
    select distinct
      on (event_id) *
    from
      candidates
    order by
      event_id,
      partition,
      "offset"
  ),
  inserted as (
    insert into
      stream_events (
        event_id,
        "timestamp",
        user_id,
        song_id,
        artist_id,
        album_id,
        device_id,
        location_id,
        stream_duration_seconds,
        is_complete_play,
        is_skipped,
        is_liked,
        is_shared,
        is_added_to_playlist
      )
    select
      event_id,
      "timestamp",
      user_id,
      song_id,
      artist_id,
      album_id,
      device_id,
      location_id,
      stream_duration_seconds,
      is_complete_play,
      is_skipped,
      is_liked,
      is_shared,
      is_added_to_playlist
    from
      winners
    order by
      event_id
    on conflict (event_id) do nothing
    returning
      event_id
  )
select
  w.ordinal
from
  winners w
  join inserted using (event_id)
order by
  w.ordinal
