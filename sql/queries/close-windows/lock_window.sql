-- Whoever publishes, revises, rebuilds or folds a window holds this lock. A statement of its own: what
-- follows must read from a snapshot taken after it.
-- Parameters: $1 text, window kind; $2 timestamptz, window start.
select
  pg_advisory_xact_lock(
    hashtextextended (
      'window ' || $1::text || ' ' || extract(
        epoch
        from
          $2::timestamptz
      ),
      0
    )
  )
