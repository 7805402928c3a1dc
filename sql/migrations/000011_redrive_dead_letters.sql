-- The way back of a dead letter: what it waits for, when it is sent again, and how it ended.
alter table dead_letters
add column origin text,
add column event_id uuid,
add column differs_from_fact boolean not null default false,
add column redrive_count integer not null default 0,
add column due_at timestamptz,
add column redriven_at timestamptz,
add column mended_value bytea,
add column resolution text check (
  resolution in (
    'landed',
    'applied',
    'superseded',
    'rejected_again',
    'attempts_spent',
    'by_operator'
  )
),
add column settled_at timestamptz;

update dead_letters
set
  origin = source_topic || '-' || source_partition || '-' || source_offset;

alter table dead_letters
alter column origin
set not null;

comment on column dead_letters.state is 'waiting, redriven (sent again, outcome not known yet), resolved or buried';

comment on column dead_letters.origin is '<topic>-<partition>-<offset> of the record''s first letter, its own included';

comment on column dead_letters.event_id is 'of a play that can be read; null for anything else, and where the handler died of it';

comment on column dead_letters.differs_from_fact is 'the fact with this event_id has another payload, for good';

comment on column dead_letters.redrive_count is 'times that this letter was sent again';

comment on column dead_letters.due_at is 'when it is sent again; null while it waits for a reference or an operator';

comment on column dead_letters.mended_value is 'what an operator sent in place of original_value';

comment on column dead_letters.resolution is 'landed: the play is a fact; applied or superseded: of a dimension''s version; rejected_again: its next letter goes on';

comment on column dead_letters.settled_at is 'when it was resolved or buried';

create index dead_letters_due_idx on dead_letters (due_at, dead_letter_id)
where
  state = 'waiting'
  and due_at is not null;

create index dead_letters_origin_idx on dead_letters (origin)
where
  state = 'redriven';

-- Those that may have become facts; a letter that waits for a reference is looked at when that has arrived.
create index dead_letters_unsettled_idx on dead_letters (dead_letter_id)
where
  event_id is not null
  and not differs_from_fact
  and (
    state = 'redriven'
    or state = 'waiting'
    and reason <> 'unknown_reference'
  );

create table awaited_references (
  dimension text not null,
  reference_id bigint not null,
  dead_letter_id bigint not null references dead_letters on delete cascade,
  primary key (dimension, reference_id, dead_letter_id)
);

comment on table awaited_references is 'references that waiting letters still miss; a row goes when its dimension has arrived';

create index awaited_references_dead_letter_idx on awaited_references (dead_letter_id);

create view arrived_references as
with recursive
  -- Each awaited reference once: a million letters may wait for one user.
  awaited as (
    (
      select
        dimension,
        reference_id
      from
        awaited_references
      order by
        dimension,
        reference_id
      limit
        1
    )
    union all
    select
      next.dimension,
      next.reference_id
    from
      awaited a
      cross join lateral (
        select
          r.dimension,
          r.reference_id
        from
          awaited_references r
        where
          (r.dimension, r.reference_id) > (a.dimension, a.reference_id)
        order by
          r.dimension,
          r.reference_id
        limit
          1
      ) next
  )
select
  dimension,
  reference_id
from
  awaited
where
  case dimension
    when 'users' then exists (
      select
      from
        users
      where
        user_id = reference_id
    )
    when 'artists' then exists (
      select
      from
        artists
      where
        artist_id = reference_id
    )
    when 'albums' then exists (
      select
      from
        albums
      where
        album_id = reference_id
    )
    when 'songs' then exists (
      select
      from
        songs
      where
        song_id = reference_id
    )
    when 'devices' then exists (
      select
      from
        devices
      where
        device_id = reference_id
    )
    when 'locations' then exists (
      select
      from
        locations
      where
        location_id = reference_id
    )
    else false
  end;

comment on view arrived_references is 'awaited references whose dimension is there by now: the scheduled redrive takes them away';

insert into
  awaited_references (dimension, reference_id, dead_letter_id)
select distinct
  m.dimension,
  m.id,
  d.dead_letter_id
from
  dead_letters d
  cross join jsonb_to_recordset(d.missing_references) as m (dimension text, id bigint)
where
  d.reason = 'unknown_reference'
  and d.state = 'waiting';

-- Who did what with a letter; the scheduled redrive is somebody too.
create table dead_letter_actions (
  action_id bigint generated always as identity primary key,
  dead_letter_id bigint not null references dead_letters on delete cascade,
  action text not null check (action in ('redriven', 'applied', 'buried')),
  actor text not null,
  acted_at timestamptz not null default clock_timestamp()
);

create index dead_letter_actions_letter_idx on dead_letter_actions (dead_letter_id);

/* sql-formatter-disable */
grant update (
  state, resolution, settled_at, due_at, redriven_at, redrive_count, differs_from_fact, mended_value, event_id
) on dead_letters to ingest;
grant select, insert, delete on awaited_references to ingest;
grant select, insert on dead_letter_actions to ingest;
grant select on arrived_references to ingest;
grant select on awaited_references, arrived_references, dead_letter_actions to closer, reader;
/* sql-formatter-enable */
