-- Orphans are refused: both triggers of the facts are on, and no key of another table is switched off.
-- Rows: one per guard that is missing or off. Parameters: none. Rerun: reads only.
select
  'trigger ' || g.name as guard,
  case
    when t.oid is null then 'is missing'
    else 'is disabled'
  end as problem
from
  (
    values
      ('stream_events_refuse_orphans_on_insert'),
      ('stream_events_refuse_orphans_on_update')
  ) as g (name)
  left join pg_trigger t on t.tgrelid = to_regclass('stream_events')
  and t.tgname = g.name
where
  t.oid is null
  or t.tgenabled not in ('O', 'A')
union all
select
  'foreign key albums.artist_id',
  case
    when c.oid is null then 'is missing'
    else 'is not enforced or not validated'
  end
from
  (
    select
  ) one
  left join pg_constraint c on c.conrelid = to_regclass('albums')
  and c.contype = 'f'
  and c.confrelid = to_regclass('artists')
where
  c.oid is null
  or not c.conenforced
  or not c.convalidated
order by
  guard
