-- Empty fields of the dimension rows that are not deleted.
-- Rows: one per column. Parameters: none. Rerun: reads only.
with
  fields as (
    select
      'users' as dimension,
      c.key as column_name,
      c.value as field
    from
      users t
      cross join jsonb_each(to_jsonb(t)) c
    where
      t.deleted_at is null
    union all
    select
      'artists',
      c.key,
      c.value
    from
      artists t
      cross join jsonb_each(to_jsonb(t)) c
    where
      t.deleted_at is null
    union all
    select
      'albums',
      c.key,
      c.value
    from
      albums t
      cross join jsonb_each(to_jsonb(t)) c
    where
      t.deleted_at is null
    union all
    select
      'songs',
      c.key,
      c.value
    from
      songs t
      cross join jsonb_each(to_jsonb(t)) c
    where
      t.deleted_at is null
    union all
    select
      'devices',
      c.key,
      c.value
    from
      devices t
      cross join jsonb_each(to_jsonb(t)) c
    where
      t.deleted_at is null
    union all
    select
      'locations',
      c.key,
      c.value
    from
      locations t
      cross join jsonb_each(to_jsonb(t)) c
    where
      t.deleted_at is null
  )
select
  dimension,
  column_name,
  count(*) filter (
    where
      field = jsonb 'null'
  ) as empty_count,
  count(*) as row_count,
  round(
    100.0 * (
      count(*) filter (
        where
          field = jsonb 'null'
      )
    ) / count(*),
    1
  ) as empty_percent
from
  fields
where
  column_name <> 'deleted_at'
  and column_name not like 'version\_%'
group by
  dimension,
  column_name
order by
  dimension,
  column_name
