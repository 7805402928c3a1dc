-- What the pipeline's dashboard shows beside plays: letters, marks and revisions, as one text that differs when one of them
-- does.
-- Parameters: none.
-- Rows: one; fingerprint text.
-- Reads only: every letter, every mark and one row per hour.
select
  md5(
    concat_ws(
      '/',
      (
        select
          bit_xor(
            hashtextextended (
              concat_ws(' ', dead_letter_id, state, due_at, settled_at),
              0
            )
          )
        from
          dead_letters
      ),
      (
        select
          bit_xor(
            hashtextextended (
              concat_ws(' ', window_kind, window_start, marked_at),
              0
            )
          )
        from
          revision_marks
      ),
      (
        select
          bit_xor(
            hashtextextended (concat_ws(' ', time_window, changed_at), 0)
          )
        from
          hour_rollups
      )
    )
  ) as fingerprint
