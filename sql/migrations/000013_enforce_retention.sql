-- Up to when what is kept has been given up; a row per kind, so that the advance of one is an update of one row.
create table retention_horizons (
  kept text primary key check (
    kept in ('facts', 'ledger', 'dead_letters', 'revisions')
  ),
  horizon timestamptz not null default '-infinity',
  moved_at timestamptz,
  removed_count bigint not null default 0
);

comment on table retention_horizons is 'what is older than its horizon may be gone; a horizon never goes back';

comment on column retention_horizons.horizon is 'on the hour; of facts: no play before it becomes a fact any more, and no window before it is revised';

comment on column retention_horizons.removed_count is 'rows deleted so far';

insert into
  retention_horizons (kept)
values
  ('facts'),
  ('ledger'),
  ('dead_letters'),
  ('revisions');

-- What validation has to add to the counts of what is left.
create table removed_counts (
  topic text not null,
  partition integer not null,
  accepted_count bigint not null default 0,
  redelivered_count bigint not null default 0,
  rejected_count bigint not null default 0,
  letter_count bigint not null default 0,
  primary key (topic, partition)
);

comment on table removed_counts is 'of the rows of partition_ledger and dead_letters that retention has deleted';

create index metric_revisions_changed_idx on metric_revisions using brin (changed_at);

-- The closer may delete nothing by itself, but call these: they delete only what lies before a horizon.
-- Facts: not past a window that is open, unpublished or to be revised, whatever the clock says. The caller has kept
-- micro-batches out, so that none of them is about to insert a play before the new horizon, or a mark.
create function advance_retention_horizon (kept_rows text, retention interval) returns timestamptz language sql security definer
set
  search_path = public,
  pg_temp as $$
  update retention_horizons h
  set horizon = c.horizon, moved_at = clock_timestamp()
  from (
    select date_bin(
      case kept_rows
        when 'facts' then (select max(window_size) from window_frontiers)
        else interval '1 hour'
      end,
      least(
        clock_timestamp() - retention,
        case kept_rows when 'facts' then (select min(closed_until) from window_frontiers) end,
        case kept_rows when 'facts' then (select min(window_start) from window_partials) end,
        case kept_rows when 'facts' then (select min(window_start) from revision_marks) end
      ),
      timestamptz '1970-01-01 00:00:00+00'
    ) as horizon
  ) c
  where h.kept = kept_rows
    and c.horizon > h.horizon
    and (
      kept_rows <> 'facts'
      -- A window of the other size would lie on both sides.
      or not exists (
        select from window_frontiers f
        where date_bin(f.window_size, c.horizon, timestamptz '1970-01-01 00:00:00+00') <> c.horizon
      )
    )
  returning h.horizon
$$;

create function remove_facts (row_limit integer) returns bigint language sql security definer
set
  search_path = public,
  pg_temp as $$
  with removed as (
    delete from stream_events
    where ctid = any (array(
      select e.ctid from stream_events e
      where e."timestamp" < (select horizon from retention_horizons where kept = 'facts')
      limit row_limit
      for update skip locked
    ))
    returning 1
  )
  update retention_horizons
  set removed_count = removed_count + (select count(*) from removed)
  where kept = 'facts'
  returning (select count(*) from removed)
$$;

-- Of the incarnations of a topic before the newest one: the ledger of that one is in use.
create function remove_ledger (row_limit integer) returns bigint language sql security definer
set
  search_path = public,
  pg_temp as $$
  with removed as (
    delete from partition_ledger
    where ctid = any (array(
      select l.ctid from partition_ledger l
      where l.handled_at < (select horizon from retention_horizons where kept = 'ledger')
        and exists (
          select from partition_ledger n
          where n.topic = l.topic and n.partition = l.partition and n.incarnation > l.incarnation
        )
      order by l.topic, l.partition, l.incarnation
      limit row_limit
      for update skip locked
    ))
    returning *
  ),
  counted as (
    insert into removed_counts as c (topic, partition, accepted_count, redelivered_count, rejected_count)
    select topic, partition, sum(accepted_count), sum(redelivered_count),
      sum((select coalesce(sum(value::bigint), 0) from jsonb_each_text(rejected_counts)))
    from removed
    group by topic, partition
    on conflict (topic, partition) do update
    set accepted_count = c.accepted_count + excluded.accepted_count,
      redelivered_count = c.redelivered_count + excluded.redelivered_count,
      rejected_count = c.rejected_count + excluded.rejected_count
  )
  update retention_horizons
  set removed_count = removed_count + (select count(*) from removed)
  where kept = 'ledger'
  returning (select count(*) from removed)
$$;

-- Only letters that are settled; what still waits for somebody stays.
create function remove_dead_letters (row_limit integer) returns bigint language sql security definer
set
  search_path = public,
  pg_temp as $$
  with removed as (
    delete from dead_letters
    where dead_letter_id = any (array(
      select d.dead_letter_id from dead_letters d
      where d.state in ('resolved', 'buried')
        and coalesce(d.settled_at, d.stored_at) < (select horizon from retention_horizons where kept = 'dead_letters')
      order by d.dead_letter_id
      limit row_limit
      for update skip locked
    ))
    returning source_topic, source_partition, reason
  ),
  counted as (
    insert into removed_counts as c (topic, partition, letter_count)
    select source_topic, source_partition, count(*)
    from removed
    group by source_topic, source_partition
    on conflict (topic, partition) do update
    set letter_count = c.letter_count + excluded.letter_count
  )
  update retention_horizons
  set removed_count = removed_count + (select count(*) from removed)
  where kept = 'dead_letters'
  returning (select count(*) from removed)
$$;

-- The history of metric rows, and how late plays were for windows before the horizon. The metric rows stay.
create function remove_revisions (row_limit integer) returns bigint language sql security definer
set
  search_path = public,
  pg_temp as $$
  with removed as (
    delete from metric_revisions
    where revision_id = any (array(
      select r.revision_id from metric_revisions r
      where r.changed_at < (select horizon from retention_horizons where kept = 'revisions')
      order by r.revision_id
      limit row_limit
      for update skip locked
    ))
    returning 1
  ),
  removed_late as (
    delete from late_play_counts
    where ctid = any (array(
      select c.ctid from late_play_counts c
      where c.window_start < (select horizon from retention_horizons where kept = 'revisions')
      limit row_limit
      for update skip locked
    ))
    returning 1
  ),
  counted as (
    select (select count(*) from removed) as revisions, (select count(*) from removed_late) as late
  )
  update retention_horizons
  set removed_count = removed_count + c.revisions + c.late
  from counted c
  where kept = 'revisions'
  returning greatest(c.revisions, c.late)
$$;

/* sql-formatter-disable */
revoke execute on function advance_retention_horizon, remove_facts, remove_ledger, remove_dead_letters, remove_revisions
  from public;
grant execute on function advance_retention_horizon, remove_facts, remove_ledger, remove_dead_letters, remove_revisions
  to closer;
grant select on retention_horizons to ingest, closer, reader;
grant select on removed_counts to reader;
/* sql-formatter-enable */
