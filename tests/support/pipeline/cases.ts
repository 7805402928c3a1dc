import { makeBorderRecords } from "./border-records.ts";
import { makePlayRecord, planRecords } from "./make-plays.ts";
import type { OutgoingRecord } from "./topic-client.ts";

/** A stream of plays that must give the same tables however it is handled. */
export interface StreamCase {
  readonly name: string;
  readonly partitions: readonly number[];
  readonly shuffledPartitions: readonly number[];
  readonly makeRecords: (partitions: readonly number[]) => OutgoingRecord[];
  /** Windows close while the shuffled records come in, so that some of them are late. */
  readonly leastLateWhenShuffled: number;
}

const RANGE = { from: "2026-03-01T12:00:00Z", to: "2026-03-01T15:00:00Z" };
const ALL_PARTITIONS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const HOUR_MS = 60 * 60_000;

/** Cases over the whole of faults 7 to 10, 13 and 14 (faults.md); those that need untouched partitions come first. */
export const CASES: readonly StreamCase[] = [
  {
    name: "a stream on three partitions of ten",
    partitions: [0, 4, 7],
    shuffledPartitions: [1, 4],
    makeRecords: (partitions) =>
      assignInTurn(planRecords({ ...RANGE, count: 1000 }), partitions),
    // Partitions without a record hold the watermark back until they count as idle.
    leastLateWhenShuffled: 0,
  },
  {
    name: "plays at the borders of windows and calendars",
    partitions: ALL_PARTITIONS,
    shuffledPartitions: ALL_PARTITIONS,
    makeRecords: (partitions) => assignInTurn(makeBorderRecords(), partitions),
    leastLateWhenShuffled: 1,
  },
  {
    name: "a skewed stream of three hours with late, repeated, orphaned, malformed and future plays",
    partitions: ALL_PARTITIONS,
    shuffledPartitions: ALL_PARTITIONS,
    makeRecords: makeMixedRecords,
    leastLateWhenShuffled: 1,
  },
];

/** Plays of 2026-03-01 with everything that can be wrong with some, or late, or sent again. */
export function makeMixedRecords(
  partitions: readonly number[] = ALL_PARTITIONS,
): OutgoingRecord[] {
  const planned = planRecords({
    ...RANGE,
    count: 5000,
    mixIns: {
      late: 0.03,
      outOfOrder: 0.1,
      duplicates: 0.03,
      orphans: 0.02,
      malformed: 0.03,
    },
  });
  // The key decides where a planned record goes, so its copy is mostly on another partition than the original.
  const copies = planned
    .filter((_, index) => index % 40 === 0)
    .map((record, index) => ({
      ...record,
      partition: partitions[index % partitions.length] ?? 0,
    }));
  const future = [HOUR_MS, 24 * HOUR_MS].flatMap((aheadMs) =>
    partitions.map((partition) =>
      makePlayRecord(
        { timestamp: new Date(Date.now() + aheadMs).toISOString() },
        partition,
      ),
    ),
  );
  const farFuture = partitions.map((partition) =>
    makePlayRecord({ timestamp: "2099-01-01T00:00:00Z" }, partition),
  );
  const middle = planned.length / 2;
  return [
    ...planned.slice(0, middle),
    ...future,
    ...farFuture,
    ...planned.slice(middle),
    ...copies,
  ];
}

function assignInTurn(
  records: readonly OutgoingRecord[],
  partitions: readonly number[],
): OutgoingRecord[] {
  return records.map((record, index) => ({
    ...record,
    partition: partitions[index % partitions.length] ?? 0,
  }));
}
