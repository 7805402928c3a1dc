/** Where one partition stands; all three are the offset of a next record. */
export interface PartitionProgress {
  /** Behind the last record that succeeded or was disposed of, in whichever assignment. */
  readonly handled: number | null;
  /** What the group has, or is about to get. */
  readonly committed: number;
  /** Behind the last record fetched in this assignment. */
  readonly fetched: number;
}

/**
 * The offset to commit, or `null` (event-source-mapping.md, 12 and 13): never beyond what was handled, never back, and
 * never for records that this assignment has not fetched, since somebody else may have moved on from there.
 */
export function committableOffset({
  handled,
  committed,
  fetched,
}: PartitionProgress): number | null {
  return handled !== null && handled > committed && handled <= fetched
    ? handled
    : null;
}
