-- Letters with everything that is known of them.
-- Parameters: $1 bigint[], letters. Rows: one per letter, times RFC 3339. Rerun: reads only.
with
  -- Once, and not for each letter: a million may wait for thousands of references.
  arrived as materialized (
    select
      dimension,
      reference_id
    from
      arrived_references
  )
select
  dead_letter_id::text,
  state,
  resolution,
  reason,
  detail,
  missing_references,
  source_topic,
  source_partition,
  source_offset::text,
  (
    extract(
      epoch
      from
        source_timestamp
    ) * 1000
  )::bigint::text as source_timestamp_ms,
  attempt + redrive_count as attempt,
  redrive_count,
  origin,
  differs_from_fact,
  handler_version,
  to_char(
    first_seen_at at time zone 'UTC',
    'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
  ) as first_seen_at,
  to_char(
    stored_at at time zone 'UTC',
    'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
  ) as stored_at,
  to_char(
    due_at at time zone 'UTC',
    'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
  ) as due_at,
  to_char(
    redriven_at at time zone 'UTC',
    'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
  ) as redriven_at,
  to_char(
    settled_at at time zone 'UTC',
    'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
  ) as settled_at,
  original_key,
  original_value,
  mended_value,
  original_headers,
  (
    select
      coalesce(
        jsonb_agg(
          jsonb_build_object('dimension', r.dimension, 'id', r.reference_id)
          order by
            r.dimension,
            r.reference_id
        ),
        '[]'
      )
    from
      awaited_references r
    where
      r.dead_letter_id = d.dead_letter_id
      and not exists (
        select
        from
          arrived a
        where
          a.dimension = r.dimension
          and a.reference_id = r.reference_id
      )
  ) as awaited,
  (
    select
      coalesce(
        jsonb_agg(
          jsonb_build_object(
            'action',
            c.action,
            'actor',
            c.actor,
            'at',
            to_char(
              c.acted_at at time zone 'UTC',
              'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
            ),
            'note',
            c.note
          )
          order by
            c.action_id
        ),
        '[]'
      )
    from
      dead_letter_actions c
    where
      c.dead_letter_id = d.dead_letter_id
  ) as actions
from
  dead_letters d
where
  dead_letter_id = any ($1::bigint[])
order by
  d.dead_letter_id
