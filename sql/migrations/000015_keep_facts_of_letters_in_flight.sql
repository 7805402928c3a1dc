-- As in 000013, but for two things: the horizon of the facts lies on the hour also where every window is shorter, and a
-- fact stays while a letter that was sent again for it has not heard that it has landed: it would be sent once more, and
-- be rejected as older than retention.
create index dead_letters_in_flight_idx on dead_letters (event_id)
where
  state = 'redriven';

create or replace function advance_retention_horizon (kept_rows text, retention interval) returns timestamptz language sql security definer
set
  search_path = public,
  pg_temp as $$
  update retention_horizons h
  set horizon = c.horizon, moved_at = clock_timestamp()
  from (
    select date_bin(
      case kept_rows
        when 'facts' then (select greatest(max(window_size), interval '1 hour') from window_frontiers)
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

create or replace function remove_facts (row_limit integer) returns bigint language sql security definer
set
  search_path = public,
  pg_temp as $$
  with removed as (
    delete from stream_events
    where ctid = any (array(
      select e.ctid from stream_events e
      where e."timestamp" < (select horizon from retention_horizons where kept = 'facts')
        and not exists (
          select from dead_letters d where d.state = 'redriven' and d.event_id = e.event_id
        )
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
