-- Every event_id is a fact once.
-- Rows: one per repeated id, and one when the primary key that refuses them is missing or unusable.
-- Parameters: none. Rerun: reads only.
select
  'primary key of stream_events (event_id)' as subject,
  case
    when i.indexrelid is null then 'is missing'
    else 'is not valid'
  end as problem
from
  (
    select
  ) one
  left join pg_index i on i.indrelid = to_regclass('stream_events')
  and i.indisprimary
  and pg_get_indexdef(i.indexrelid) like '%(event_id)'
where
  i.indexrelid is null
  or not i.indisvalid
  or not i.indisready
  or not i.indisunique
union all
select
  'event_id ' || event_id,
  'is ' || count(*) || ' facts'
from
  stream_events
group by
  event_id
having
  count(*) > 1
order by
  subject
