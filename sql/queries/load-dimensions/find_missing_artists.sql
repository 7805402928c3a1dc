-- Parameters: $1 integer[], artist ids that albums refer to. Rows: those that do not exist.
-- Rerun: reads only.
select
  wanted.artist_id
from
  unnest($1::integer[]) as wanted (artist_id)
where
  not exists (
    select
    from
      artists a
    where
      a.artist_id = wanted.artist_id
  )
