-- Consumes a window's revision marks. A statement of its own, before the facts are read: a mark appended
-- later stays and revises the window again.
-- Parameters: $1 text, window kind; $2 timestamptz, window start.
-- Row: one; mark_count, is_published, whether partial aggregates are staged for it, and whether it lies before the
-- retention horizon, which passes no window that has marks: those of one before it were made by hand.
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
  ) as is_staged,
  $2::timestamptz < (
    select
      horizon
    from
      retention_horizons
    where
      kept = 'facts'
  ) as is_before_horizon
