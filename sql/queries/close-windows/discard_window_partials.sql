-- Parameters: $1 text, window kind; $2 timestamptz, window start. Rerun: nothing left to delete.
delete from window_partials
where
  window_kind = $1::text
  and window_start = $2::timestamptz
