-- A window's sums by what groups its users, so that charts add up two dozen rows a window instead of one per user.
--
-- A segment is a user's present one. Who moves to another is noted with the one that was left; the sums hold the users as they
-- were at a version, and views move those who have changed since. From time to time close-windows has the sums follow.
--
-- While this runs, users wait for their versions. What older functions publish after it has no sums and is missing in charts until
-- it is rebuilt: stop them first.
create function age_group (age integer) returns text language sql immutable parallel safe return case
  when age is null then 'unknown'
  when age < 18 then 'under 18'
  when age < 25 then '18-24'
  when age < 35 then '25-34'
  when age < 45 then '35-44'
  when age < 55 then '45-54'
  when age < 65 then '55-64'
  else '65 and over'
end;

-- Who moves users between segments updates this row, so that versions commit in the order of their numbers: a statement that
-- sees a version sees all moves up to it.
create table user_segment_version (
  only_row boolean primary key default true check (only_row),
  version bigint not null
);

insert into
  user_segment_version (version)
values
  (0);

create table user_segment_changes (
  version bigint not null,
  user_id integer not null,
  subscription_type text not null,
  age_group text not null,
  changed_at timestamptz not null default clock_timestamp(),
  primary key (version, user_id)
);

comment on table user_segment_changes is 'which segment a user left at a version; kept until all sums are newer';

create table user_engagement_segments (
  time_window timestamptz not null,
  subscription_type text not null,
  age_group text not null,
  active_users bigint not null,
  stream_count bigint not null,
  total_listen_time bigint not null,
  skipped_count bigint not null,
  liked_count bigint not null,
  shared_count bigint not null,
  added_to_playlist_count bigint not null,
  primary key (time_window, subscription_type, age_group)
);

comment on table user_engagement_segments is 'sums of a published window by segment of its users; those of nobody are zeros that users have left';

create index user_engagement_segments_hour_idx on user_engagement_segments (
  date_bin(
    interval '1 hour',
    time_window,
    timestamptz '1970-01-01 00:00:00+00'
  )
);

-- Apart from the sums: most of these stay the same when the version does not.
create table user_engagement_segment_versions (
  time_window timestamptz primary key,
  version bigint not null
);

comment on table user_engagement_segment_versions is 'at which version the sums of a window by segment have its users';

create index user_engagement_segment_versions_version_idx on user_engagement_segment_versions (version);

grant
select
  on user_segment_version,
  user_segment_changes,
  user_engagement_segments,
  user_engagement_segment_versions to reader,
  closer;

grant insert,
update,
delete on user_engagement_segments,
user_engagement_segment_versions to closer;

grant delete on user_segment_changes to closer;

-- With the rights of the owner: who may update a user need not be able to forge a move.
create function note_segment_changes () returns trigger language plpgsql security definer
set
  search_path = public,
  pg_temp as $$
begin
  with moved as materialized (
    select b.user_id, coalesce(b.subscription_type, 'unknown') as subscription_type, age_group(b.age) as age_group
    from before b join after a using (user_id)
    where (coalesce(b.subscription_type, 'unknown'), age_group(b.age))
      <> (coalesce(a.subscription_type, 'unknown'), age_group(a.age))
  ),
  counted as (
    update user_segment_version set version = version + 1 where exists (select from moved) returning version
  )
  insert into user_segment_changes (version, user_id, subscription_type, age_group)
  select counted.version, moved.user_id, moved.subscription_type, moved.age_group from moved cross join counted;
  return null;
end
$$;

-- Or anybody could have it run on a table of their own.
revoke
execute on function note_segment_changes ()
from
  public;

create trigger users_note_segment_changes
after update on users referencing old table as before new table as after for each statement
execute function note_segment_changes ();

-- The trigger has locked the users: nobody moves while windows that have been published before are added up.
insert into
  user_engagement_segments (
    time_window,
    subscription_type,
    age_group,
    active_users,
    stream_count,
    total_listen_time,
    skipped_count,
    liked_count,
    shared_count,
    added_to_playlist_count
  )
select
  m.time_window,
  coalesce(u.subscription_type, 'unknown'),
  age_group (u.age),
  count(*),
  sum(m.stream_count),
  sum(m.total_listen_time),
  sum(round(m.skip_rate * m.stream_count)),
  sum(round(m.like_rate * m.stream_count)),
  sum(round(m.share_rate * m.stream_count)),
  sum(round(m.playlist_add_rate * m.stream_count))
from
  user_engagement_metrics m
  left join users u using (user_id)
group by
  1,
  2,
  3;

insert into
  user_engagement_segment_versions (time_window, version)
select distinct
  time_window,
  0
from
  user_engagement_segments;
