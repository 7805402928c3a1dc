-- What dashboards read of a period in a fraction of a second, however many plays it has.
--
-- Distinct counts do not add up, so the different users of a day and a region come from who they were: per published
-- window and location a bitmap, in pieces of 2,048 users, of some 300 bytes each, and the same per hour.
--
-- While this runs, facts can be read and windows wait for their publication; then all hours are to be added up, six in a run of
-- close-windows, the newest first.
create table location_listeners (
  time_window timestamptz not null,
  location_id integer not null,
  chunk integer not null,
  listeners bit(2048) not null,
  primary key (time_window, location_id, chunk)
);

comment on table location_listeners is 'who listened at a location in a published window; user_id = chunk * 2048 + position in listeners';

grant
select
  on location_listeners to reader;

grant
select
,
  insert,
update,
delete on location_listeners to closer;

-- Sums of an hour over its published windows, down to a twelfth of the metric rows. They are made from these some time after the
-- last of them was published, so that those of a running hour lag a little behind; the windows that they do not hold are read
-- one by one, and all of them from when one that they hold is published anew.
create table hour_rollups (
  time_window timestamptz primary key,
  rolled_until timestamptz,
  is_due boolean not null default true,
  changed_at timestamptz not null default clock_timestamp()
);

comment on column hour_rollups.time_window is 'start of the hour, UTC; there is a row when one of its windows, or the hour itself, has been published';

comment on column hour_rollups.rolled_until is 'its sums hold the windows that start before; null: they are missing or out of date';

comment on column hour_rollups.is_due is 'whether one of its windows has been published since its sums were made';

comment on column hour_rollups.changed_at is 'when one of its windows, or the hour itself, was published or revised last';

create index hour_rollups_due_idx on hour_rollups (time_window)
where
  is_due;

create table content_performance_hours (
  time_window timestamptz not null,
  song_id integer not null,
  artist_id integer not null,
  stream_count integer not null,
  completed_count integer not null,
  skipped_count integer not null,
  liked_count integer not null,
  primary key (time_window, song_id, artist_id)
);

create table location_listener_hours (
  time_window timestamptz not null,
  location_id integer not null,
  chunk integer not null,
  listeners bit(2048) not null,
  primary key (time_window, location_id, chunk)
);

grant
select
  on hour_rollups,
  content_performance_hours,
  location_listener_hours to reader;

grant
select
,
  insert,
update on hour_rollups to closer;

grant
select
,
  insert,
  delete on content_performance_hours,
  location_listener_hours to closer;

-- A trigger, so that no publisher can forget it; a rebuild outdates the hour by itself, too, since it may mend what no
-- publication shows.
create function outdate_hour_rollup () returns trigger language plpgsql
set
  search_path = public,
  pg_temp as $$
begin
  insert into hour_rollups as h (time_window, is_due)
  values (
    date_bin(interval '1 hour', new.window_start, timestamptz '1970-01-01 00:00:00+00'),
    new.window_kind = 'minutes'
  )
  on conflict (time_window) do update
  set
    rolled_until = case
      when excluded.is_due and new.window_start < h.rolled_until then null
      else h.rolled_until
    end,
    is_due = h.is_due or excluded.is_due,
    changed_at = excluded.changed_at;
  return null;
end
$$;

create trigger window_publications_outdate_hour_rollup
after insert or update on window_publications for each row
execute function outdate_hour_rollup ();

-- The trigger has locked the publications: no window is published while those that have been are read.
insert into
  hour_rollups (time_window, changed_at)
select
  date_bin(
    interval '1 hour',
    window_start,
    timestamptz '1970-01-01 00:00:00+00'
  ),
  max(revised_at)
from
  window_publications
group by
  1;

-- Of windows whose facts retention has given up nobody can say who listened.
insert into
  location_listeners (time_window, location_id, chunk, listeners)
select
  p.window_start,
  l.location_id,
  l.user_id >> 11,
  bit_or(
    set_bit(repeat('0', 2048)::bit(2048), l.user_id & 2047, 1)
  )
from
  window_publications p
  join window_frontiers f using (window_kind)
  cross join lateral (
    select distinct
      e.location_id,
      e.user_id
    from
      stream_events e
    where
      e."timestamp" >= p.window_start
      and e."timestamp" < p.window_start + f.window_size
  ) l
where
  p.window_kind = 'minutes'
  and p.window_start >= (
    select
      horizon
    from
      retention_horizons
    where
      kept = 'facts'
  )
group by
  p.window_start,
  l.location_id,
  l.user_id >> 11;
