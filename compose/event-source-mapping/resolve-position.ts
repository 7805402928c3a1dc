/** Offsets that a partition can be read from: `low` = the oldest record, `high` = behind the newest. */
export interface OffsetRange {
  readonly low: number;
  readonly high: number;
}

export interface Position {
  readonly offset: number;
  /** The wanted offset does not exist (any more): records were removed, or the topic is another one (13). */
  readonly isOutOfRange: boolean;
}

/** Where to read on; with neither a wanted offset nor a starting one, from the oldest record (3 and 13). */
export function resolvePosition(
  wanted: number | null,
  starting: number | null,
  { low, high }: OffsetRange,
): Position {
  const offset = wanted ?? starting;
  if (offset === null) return { offset: low, isOutOfRange: false };
  if (offset < low || offset > high)
    return { offset: low, isOutOfRange: wanted !== null };
  return { offset, isOutOfRange: false };
}
