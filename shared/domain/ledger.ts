import {
  containsOffset,
  formatOffsetRanges,
  type OffsetRange,
  toOffsetRanges,
} from "./offset-ranges.ts";
import type { RecordPosition } from "./record.ts";
import type { RejectionReason } from "./rejection.ts";

/** What became of a record. */
export type Outcome =
  | { readonly kind: "accepted"; readonly isLate: boolean }
  | { readonly kind: "duplicate" }
  | { readonly kind: "rejected"; readonly reason: RejectionReason };

export interface RecordOutcome {
  readonly position: RecordPosition;
  readonly outcome: Outcome;
  /** Microseconds since the epoch; undefined where the record has no valid event time. */
  readonly eventTimeMicros?: number | undefined;
}

/** A ledger row as it is locked at the start of a micro-batch's transaction. */
export interface LedgerRow {
  readonly partition: number;
  readonly incarnation: number;
  /** Ascending. */
  readonly handledOffsets: readonly OffsetRange[];
  readonly rejectedCounts: Readonly<Record<string, number>>;
  readonly newestRecordMs: number | null;
}

/** What a micro-batch changes in one ledger row; counts are increments, `rejectedCounts` is the whole new value. */
export interface LedgerChange {
  readonly partition: number;
  readonly incarnation: number;
  readonly handledOffsets: string;
  readonly acceptedCount: number;
  readonly duplicateCount: number;
  readonly redeliveredCount: number;
  readonly lateCount: number;
  readonly rejectedCounts: Readonly<Record<string, number>>;
  readonly newestEventMicros: number | null;
  readonly newestRecordMs: number;
}

/**
 * Accounts for every record of a micro-batch: a record counts once, when its offset enters the set of handled
 * offsets; otherwise it was redelivered.
 *
 * @param rows the newest incarnation of each partition; a partition without a row begins with incarnation 1
 */
export function accountOutcomes(
  rows: readonly LedgerRow[],
  outcomes: readonly RecordOutcome[],
): LedgerChange[] {
  const byPartition = new Map<number, RecordOutcome[]>();
  for (const outcome of outcomes) {
    const group = byPartition.get(outcome.position.partition);
    if (group === undefined)
      byPartition.set(outcome.position.partition, [outcome]);
    else group.push(outcome);
  }
  return [...byPartition]
    .sort(([a], [b]) => a - b)
    .map(([partition, group]) =>
      accountPartition(
        continueOrRestart(
          rows.find((row) => row.partition === partition),
          partition,
          group,
        ),
        group,
      ),
    );
}

/**
 * Offsets start again when a topic is deleted and created. As the broker's timestamps are monotone within a
 * partition, a record at an offset that was handled already, but younger than every record handled so far, can
 * only come from a new incarnation; a redelivered record is never younger.
 *
 * @param positions of any partitions; those of others than the row's are passed over
 */
export function startsNewIncarnation(
  { partition, handledOffsets, newestRecordMs }: LedgerRow,
  positions: readonly RecordPosition[],
): boolean {
  const nextOffset = handledOffsets.at(-1)?.to ?? 0;
  return (
    newestRecordMs !== null &&
    positions.some(
      (position) =>
        position.partition === partition &&
        position.offset < nextOffset &&
        position.timestampMs > newestRecordMs,
    )
  );
}

/**
 * Tells which records of a micro-batch were handled before, and will count as redelivered. Whether a partition begins anew is
 * worked out for the first offset of it that was handled: in most micro-batches there is none.
 *
 * @param rows the newest incarnation of each partition
 * @param positions of the whole micro-batch, with which a new incarnation may begin
 */
export function recallHandled(
  rows: readonly LedgerRow[],
  positions: readonly RecordPosition[],
): (position: RecordPosition) => boolean {
  const newest = new Map(rows.map((row) => [row.partition, row]));
  const beginsAnew = new Map<number, boolean>();
  return ({ partition, offset }) => {
    const row = newest.get(partition);
    if (row === undefined || !containsOffset(row.handledOffsets, offset))
      return false;
    let isNew = beginsAnew.get(partition);
    if (isNew === undefined) {
      isNew = startsNewIncarnation(row, positions);
      beginsAnew.set(partition, isNew);
    }
    return !isNew;
  };
}

function continueOrRestart(
  row: LedgerRow | undefined,
  partition: number,
  group: readonly RecordOutcome[],
): LedgerRow {
  if (row === undefined) return emptyRow(partition, 1);
  return startsNewIncarnation(
    row,
    group.map(({ position }) => position),
  )
    ? emptyRow(partition, row.incarnation + 1)
    : row;
}

function emptyRow(partition: number, incarnation: number): LedgerRow {
  return {
    partition,
    incarnation,
    handledOffsets: [],
    rejectedCounts: {},
    newestRecordMs: null,
  };
}

function accountPartition(
  row: LedgerRow,
  group: readonly RecordOutcome[],
): LedgerChange {
  const rejectedCounts: Record<string, number> = { ...row.rejectedCounts };
  const seen = new Set<number>();
  const counts = { accepted: 0, duplicate: 0, redelivered: 0, late: 0 };
  let newestEventMicros: number | null = null;
  let newestRecordMs = 0;
  for (const { position, outcome, eventTimeMicros } of group) {
    newestRecordMs = Math.max(newestRecordMs, position.timestampMs);
    if (eventTimeMicros !== undefined)
      newestEventMicros = Math.max(
        newestEventMicros ?? -Infinity,
        eventTimeMicros,
      );
    if (
      seen.has(position.offset) ||
      containsOffset(row.handledOffsets, position.offset)
    ) {
      counts.redelivered += 1;
      continue;
    }
    seen.add(position.offset);
    switch (outcome.kind) {
      case "accepted": {
        counts.accepted += 1;
        if (outcome.isLate) counts.late += 1;
        break;
      }
      case "duplicate": {
        counts.duplicate += 1;
        break;
      }
      case "rejected": {
        rejectedCounts[outcome.reason] =
          (rejectedCounts[outcome.reason] ?? 0) + 1;
        break;
      }
      default: {
        outcome satisfies never;
      }
    }
  }
  return {
    partition: row.partition,
    incarnation: row.incarnation,
    handledOffsets: formatOffsetRanges(toOffsetRanges([...seen])),
    acceptedCount: counts.accepted,
    duplicateCount: counts.duplicate,
    redeliveredCount: counts.redelivered,
    lateCount: counts.late,
    rejectedCounts,
    newestEventMicros,
    newestRecordMs,
  };
}
