-- Every rejected record has its letter, and every letter its rejected record.
-- Means something only when everything is consumed: letters are published before the rejection is committed. A crash
-- in between may leave a letter whose record was accepted when it came again; such a letter is resolved, or its play
-- is a fact by now. Only these two reasons depend on what is in the tables; others are the same at every attempt.
-- Where Kafka has lost the end of a partition, and a replay has read what is left of it once more, the same record is
-- rejected in each of these incarnations, and has one letter.
-- Rows: one per source partition whose numbers differ. Parameters: none. Rerun: reads only.
with
  rejections as (
    select
      l.topic,
      l.partition,
      c.value::bigint as rejected_count,
      0 as removed_letter_count
    from
      partition_ledger l
      cross join jsonb_each_text(l.rejected_counts) c
    union all
    select
      topic,
      partition,
      rejected_count,
      letter_count
    from
      removed_counts
  ),
  rejected as (
    select
      topic,
      partition,
      sum(rejected_count) as rejected_count,
      sum(removed_letter_count) as removed_letter_count
    from
      rejections
    group by
      topic,
      partition
  ),
  letters as (
    select
      source_topic as topic,
      source_partition as partition,
      count(*) as letter_count,
      sum(greatest(handled.incarnation_count, 1)) as most_rejected_count,
      count(*) filter (
        where
          state = 'resolved'
          or exists (
            select
            from
              stream_events e
            where
              d.source_topic = 'stream-events'
              and d.reason in ('unknown_reference', 'conflicting_duplicate')
              -- Text of any bytes: a letter that others have written fails no cast.
              and e.event_id = substring(
                encode(d.original_value, 'escape')
                from
                  '"event_id"\s*:\s*"([0-9a-fA-F]{8}(?:-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12})"'
              )::uuid
          )
      ) as resolved_count
    from
      dead_letters d
      cross join lateral (
        select
          count(*) as incarnation_count
        from
          partition_ledger l
        where
          l.topic = d.source_topic
          and l.partition = d.source_partition
          and l.handled_offsets @> d.source_offset
          and l.newest_record_at >= d.source_timestamp
      ) handled
    where
      -- Given up by an event source mapping: no handler has rejected these.
      d.reason not in (
        'retries_exhausted',
        'record_age_exceeded',
        'maximum_payload_size_exceeded',
        'discarded'
      )
    group by
      source_topic,
      source_partition
  )
select
  topic,
  partition,
  coalesce(r.rejected_count, 0) as rejected_count,
  coalesce(l.letter_count, 0) as letter_count,
  coalesce(l.resolved_count, 0) as resolved_count
from
  rejected r
  full join letters l using (topic, partition)
where
  coalesce(r.rejected_count, 0) not between coalesce(l.letter_count - l.resolved_count, 0) and coalesce(l.most_rejected_count, 0) + coalesce(r.removed_letter_count, 0)
order by
  topic,
  partition
