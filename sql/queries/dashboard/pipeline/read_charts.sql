-- The charts of the dashboard Pipeline that come from tables of their own: plays, dead letters, late plays, revisions.
-- Parameters: $1, $2 timestamptz, the period [from, until), at borders of buckets; $3 interval, the size of a bucket.
-- Rows: in the order of each chart; chart text, its id; cells json, in the order of its columns; provisional boolean, whether
--   the row is of a bucket that is not final.
-- Reads only. A bucket without plays is there, with a count of zero; letters, late plays and revisions are of any time, ten
-- at most where the newest are meant.
with
  throughput as (
    select
      b.bucket,
      coalesce(sum(p.stream_count), 0) as stream_count,
      b.bucket + $3::interval > f.closed_until
      or coalesce(bool_or(not p.is_final), false) as provisional
    from
      generate_series(
        $1::timestamptz,
        $2::timestamptz - interval '1 microsecond',
        $3::interval
      ) as b (bucket)
      cross join window_frontiers f
      left join (
        select
          date_bin(
            $3::interval,
            time_window,
            timestamptz '1970-01-01 00:00:00+00'
          ) as bucket,
          stream_count,
          is_final
        from
          device_by_window
        where
          time_window >= $1::timestamptz
          and time_window < $2::timestamptz
      ) p on p.bucket = b.bucket
    where
      f.window_kind = 'minutes'
    group by
      b.bucket,
      f.closed_until
  ),
  letters as (
    select
      reason,
      source_topic,
      count(*) filter (
        where
          state = 'waiting'
      ) as waiting_count,
      count(*) filter (
        where
          state = 'redriven'
      ) as redriven_count,
      count(*) filter (
        where
          state = 'resolved'
      ) as resolved_count,
      count(*) filter (
        where
          state = 'buried'
      ) as buried_count
    from
      dead_letters
    group by
      reason,
      source_topic
  ),
  newest_letters as (
    select
      dead_letter_id,
      first_seen_at,
      reason,
      source_topic || '-' || source_partition || '-' || source_offset as record,
      state,
      detail
    from
      dead_letters
    order by
      dead_letter_id desc
    limit
      10
  ),
  late_windows as (
    select
      window_start,
      window_kind,
      sum(late_count) as late_count,
      max(greatest_lateness) as greatest_lateness
    from
      late_play_counts
    group by
      window_start,
      window_kind
    order by
      window_start desc,
      window_kind desc
    limit
      10
  ),
  revisions as (
    select
      revised_at,
      window_start,
      window_kind,
      revision
    from
      window_publications
    where
      revision > 0
    order by
      revised_at desc,
      window_start desc,
      window_kind desc
    limit
      10
  ),
  charts (chart, place, cells, provisional) as (
    select
      'throughput',
      row_number() over (
        order by
          bucket
      ),
      json_build_array(
        to_char(
          bucket at time zone 'UTC',
          'YYYY-MM-DD"T"HH24:MI:SS"Z"'
        ),
        stream_count
      ),
      provisional
    from
      throughput
    union all
    select
      'dead-letters',
      row_number() over (
        order by
          waiting_count desc,
          reason collate "C",
          source_topic collate "C"
      ),
      json_build_array(
        reason,
        source_topic,
        waiting_count,
        redriven_count,
        resolved_count,
        buried_count
      ),
      false
    from
      letters
    union all
    select
      'newest-letters',
      row_number() over (
        order by
          dead_letter_id desc
      ),
      json_build_array(
        to_char(
          first_seen_at at time zone 'UTC',
          'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'
        ),
        reason,
        record,
        state,
        -- Nobody's number: it is in npm run dlq -- show.
        left(
          regexp_replace(detail, '\musers \d+', 'a user', 'g'),
          200
        )
      ),
      false
    from
      newest_letters
    union all
    select
      'late-windows',
      row_number() over (
        order by
          window_start desc,
          window_kind desc
      ),
      json_build_array(
        to_char(
          window_start at time zone 'UTC',
          'YYYY-MM-DD"T"HH24:MI:SS"Z"'
        ),
        window_kind,
        late_count,
        floor(
          extract(
            epoch
            from
              greatest_lateness
          )
        )
      ),
      false
    from
      late_windows
    union all
    select
      'revisions',
      row_number() over (
        order by
          revised_at desc,
          window_start desc,
          window_kind desc
      ),
      json_build_array(
        to_char(
          revised_at at time zone 'UTC',
          'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"'
        ),
        to_char(
          window_start at time zone 'UTC',
          'YYYY-MM-DD"T"HH24:MI:SS"Z"'
        ),
        window_kind,
        revision
      ),
      false
    from
      revisions
  )
select
  chart,
  cells,
  provisional
from
  charts
order by
  chart,
  place
