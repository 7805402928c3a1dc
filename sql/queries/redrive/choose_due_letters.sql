-- Letters to be sent again, the longest due first, locked until the transaction ends; whom another redrive or an
-- operator holds is left to them.
-- Parameters: $1 integer, limit; $2 boolean, also those whose back-off is not over; $3 bigint, bytes of values in
-- all, unless the first has more. Rows: one per letter. Rerun: reads and locks only.
with
  locked as materialized (
    select
      *
    from
      dead_letters
    where
      state = 'waiting'
      and due_at is not null
      and (
        $2::boolean
        or due_at <= clock_timestamp()
      )
    order by
      due_at,
      dead_letter_id
    limit
      $1::integer
    for update
      skip locked
  ),
  summed as (
    select
      *,
      sum(
        octet_length(coalesce(mended_value, original_value))
      ) over (
        order by
          due_at,
          dead_letter_id rows between unbounded preceding
          and 1 preceding
      ) as bytes_before
    from
      locked
  )
select
  dead_letter_id::text,
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
  reason,
  attempt + redrive_count as attempt,
  to_char(
    first_seen_at at time zone 'UTC',
    'YYYY-MM-DD"T"HH24:MI:SS.US"Z"'
  ) as first_seen_at,
  origin,
  original_key,
  original_value,
  mended_value,
  original_headers
from
  summed
where
  coalesce(bytes_before, 0) < $3::bigint
order by
  due_at,
  dead_letter_id
