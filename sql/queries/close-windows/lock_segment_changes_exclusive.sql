-- Waits for whoever is adding up a window by segment. A statement of its own: what follows must see the versions that they note.
select
  pg_advisory_xact_lock(5, 0)
