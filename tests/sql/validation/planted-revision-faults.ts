import { at, type PlantedFault } from "./planted-fault.ts";

const DEVICE_ROW = `time_window = ${at("10:05")} and device_id = 2`;

/** Where a row of device_metrics and its window have been revised so often. */
export function reviseDevice(revision: number): string {
  return `update device_metrics set revision = ${revision} where ${DEVICE_ROW};
    update window_publications set revision = ${revision} where window_kind = 'minutes' and window_start = ${at("10:05")};`;
}

/** A line of the history of that row; values that are not given are those of the row. */
export function recordRevision(
  revision: number,
  {
    oldValues = "'{}'",
    newValues = "to_jsonb(m) - '{time_window,device_id,revision,updated_at}'::text[]",
  }: { readonly oldValues?: string; readonly newValues?: string } = {},
): string {
  return `insert into metric_revisions (metric_table, time_window, key, revision, changed_at, old_values, new_values)
    select 'device_metrics', time_window, '{"device_id": 2}', ${revision}, updated_at, ${oldValues}, ${newValues}
    from device_metrics m where ${DEVICE_ROW};`;
}

/** Faults in the history of a metric row. */
export const REVISION_FAULTS: readonly PlantedFault[] = [
  {
    check: "revisions_are_recorded",
    fault: "a revision that its history does not know",
    plant: `${reviseDevice(2)} ${recordRevision(1)}`,
    shows: { row_revision: 2, recorded_revision: 1 },
  },
  {
    check: "revisions_are_recorded",
    fault: "a history with a gap",
    plant: `${reviseDevice(3)} ${recordRevision(1)} ${recordRevision(3)}`,
    shows: { row_revision: 3, recorded_revision: 3, recorded_count: 2 },
  },
  {
    check: "revisions_are_recorded",
    fault: "a revision that was recorded twice",
    plant: `${reviseDevice(2)} ${recordRevision(1)} ${recordRevision(2)} ${recordRevision(2)}`,
    shows: { row_revision: 2, recorded_revision: 2, recorded_count: 3 },
  },
  {
    check: "revisions_are_recorded",
    fault: "a history without its beginning",
    plant: `${reviseDevice(2)} ${recordRevision(2)}`,
    shows: { row_revision: 2, recorded_revision: 2, recorded_count: 1 },
  },
  {
    check: "revisions_are_recorded",
    fault: "a history of a row that was never revised",
    plant: recordRevision(1),
    shows: { row_revision: null, recorded_revision: 1 },
  },
  {
    check: "revisions_are_recorded",
    fault: "a history that says other values than the row",
    plant: `${reviseDevice(1)} ${recordRevision(1, { newValues: `'{"stream_count": 999}'` })}`,
    shows: { row_revision: 1, has_recorded_values: false },
  },
];
