-- Consumes a window's revision marks. A statement of its own, before the facts are read: a mark appended
-- later stays and revises the window again.
-- Parameters: $1 text, window kind; $2 timestamptz, window start.
-- Row: one; mark_count, is_published, and whether partial aggregates are staged for it.
-- Rerun: takes what is there.
with
  taken as (
    delete from revision_marks
    where
      window_kind = $1::text
      and window_start = $2::timestamptz
    returning
      1
  )
select
  (
    select
      count(*)
    from
      taken
  )::integer as mark_count,
  exists (
    select
    from
      window_publications
    where
      window_kind = $1::text
      and window_start = $2::timestamptz
  ) as is_published,
  exists (
    select
    from
      window_partials
    where
      window_kind = $1::text
      and window_start = $2::timestamptz
  ) as is_staged
