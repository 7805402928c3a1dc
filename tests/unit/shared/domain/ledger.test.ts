import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  accountOutcomes,
  type LedgerChange,
  type LedgerRow,
  type Outcome,
  recallHandled,
  type RecordOutcome,
} from "#shared/domain/ledger.ts";
import {
  containsOffset,
  parseOffsetRanges,
  toOffsetRanges,
} from "#shared/domain/offset-ranges.ts";

const ACCEPTED: Outcome = { kind: "accepted", isLate: false };
const LATE: Outcome = { kind: "accepted", isLate: true };
const DUPLICATE: Outcome = { kind: "duplicate" };
const MALFORMED: Outcome = { kind: "rejected", reason: "malformed_json" };
const UNKNOWN: Outcome = { kind: "rejected", reason: "unknown_reference" };

describe("a micro-batch is accounted for", () => {
  test("by outcome, per partition in order", () => {
    const changes = accountOutcomes(
      [rowOf(1, []), rowOf(0, [])],
      [
        recordOutcome(1, 0, ACCEPTED),
        recordOutcome(0, 5, LATE, 7),
        recordOutcome(0, 6, DUPLICATE, 9),
        recordOutcome(0, 8, MALFORMED),
        recordOutcome(0, 9, MALFORMED, 8),
        recordOutcome(0, 10, UNKNOWN),
      ],
    );

    expect(changes).toEqual([
      {
        partition: 0,
        incarnation: 1,
        handledOffsets: "{[5,7),[8,11)}",
        acceptedCount: 1,
        duplicateCount: 1,
        redeliveredCount: 0,
        lateCount: 1,
        rejectedCounts: { malformed_json: 2, unknown_reference: 1 },
        newestEventMicros: 9,
        newestRecordMs: 10,
      },
      {
        partition: 1,
        incarnation: 1,
        handledOffsets: "{[0,1)}",
        acceptedCount: 1,
        duplicateCount: 0,
        redeliveredCount: 0,
        lateCount: 0,
        rejectedCounts: {},
        newestEventMicros: null,
        newestRecordMs: 0,
      },
    ]);
  });

  test("with the rejections of earlier ones", () => {
    const row = { ...rowOf(0, []), rejectedCounts: { malformed_json: 4 } };

    const [change] = accountOutcomes([row], [recordOutcome(0, 1, MALFORMED)]);

    expect(change?.rejectedCounts).toEqual({ malformed_json: 5 });
    expect(row.rejectedCounts).toEqual({ malformed_json: 4 });
  });

  test("where an offset that has an outcome comes again as redelivered, whatever became of it now", () => {
    const [change] = accountOutcomes(
      [rowOf(0, [0, 1, 2])],
      [
        recordOutcome(0, 1, DUPLICATE),
        recordOutcome(0, 2, MALFORMED),
        recordOutcome(0, 3, ACCEPTED),
        recordOutcome(0, 3, DUPLICATE),
      ],
    );

    expect(change).toMatchObject({
      handledOffsets: "{[3,4)}",
      acceptedCount: 1,
      duplicateCount: 0,
      redeliveredCount: 3,
      rejectedCounts: {},
    });
  });

  test("in a new row for a partition that has none", () => {
    const [change] = accountOutcomes([], [recordOutcome(4, 0, ACCEPTED)]);

    expect(change).toMatchObject({ partition: 4, incarnation: 1 });
  });

  test("so that an event time before the epoch counts too", () => {
    const [change] = accountOutcomes([], [recordOutcome(0, 0, ACCEPTED, -5)]);

    expect(change?.newestEventMicros).toBe(-5);
  });
});

describe("offsets that start again", () => {
  const handled = { ...rowOf(0, [0, 1, 2]), newestRecordMs: 1000 };

  test("with younger records are a new incarnation, counted from nothing", () => {
    const row = { ...handled, incarnation: 3, rejectedCounts: { x: 1 } };

    const [change] = accountOutcomes(
      [row],
      [recordOutcome(0, 1, ACCEPTED, undefined, 1001)],
    );

    expect(change).toMatchObject({
      incarnation: 4,
      handledOffsets: "{[1,2)}",
      acceptedCount: 1,
      rejectedCounts: {},
    });
  });

  test("with records of the same age are redelivered", () => {
    const [change] = accountOutcomes(
      [handled],
      [recordOutcome(0, 1, ACCEPTED, undefined, 1000)],
    );

    expect(change).toMatchObject({ incarnation: 1, redeliveredCount: 1 });
  });

  test("are no new incarnation where they go on after the handled ones", () => {
    const [change] = accountOutcomes(
      [handled],
      [recordOutcome(0, 3, ACCEPTED, undefined, 2000)],
    );

    expect(change).toMatchObject({ incarnation: 1, acceptedCount: 1 });
  });

  test("in a partition that has handled nothing yet are its first incarnation", () => {
    const [change] = accountOutcomes(
      [rowOf(0, [])],
      [recordOutcome(0, 0, ACCEPTED, undefined, 2000)],
    );

    expect(change?.incarnation).toBe(1);
  });
});

const outcome = fc.constantFrom(ACCEPTED, LATE, DUPLICATE, MALFORMED, UNKNOWN);
const delivery = fc.array(
  fc.record({
    partition: fc.nat({ max: 2 }),
    offset: fc.nat({ max: 15 }),
    outcome,
  }),
  { minLength: 1, maxLength: 20 },
);

test("over any deliveries, handled offsets = accepted + duplicate + rejected, and every record is counted", () => {
  fc.assert(
    fc.property(fc.array(delivery, { maxLength: 8 }), (deliveries) => {
      const ledger = new Map<number, LedgerTotals>();
      const delivered = new Map<number, number[]>();

      for (const records of deliveries) {
        const outcomes = records.map((record) =>
          recordOutcome(record.partition, record.offset, record.outcome),
        );
        const rows = [...ledger.values()].map(({ row }) => row);
        for (const change of accountOutcomes(rows, outcomes))
          ledger.set(
            change.partition,
            addChange(ledger.get(change.partition), change),
          );
        for (const { partition, offset } of records)
          delivered.set(partition, [
            ...(delivered.get(partition) ?? []),
            offset,
          ]);
      }

      for (const [partition, offsets] of delivered) {
        const totals = ledger.get(partition);
        const distinct = new Set(offsets).size;
        expect(totals?.row.incarnation).toBe(1);
        expect(totals?.counted).toBe(distinct);
        expect(totals?.redelivered).toBe(offsets.length - distinct);
        expect(totals?.row.handledOffsets).toEqual(toOffsetRanges(offsets));
      }
    }),
  );
});

test("those that were handled before are exactly those that count as redelivered, whether an incarnation begins or not", () => {
  const partitions = fc.uniqueArray(
    fc.record({
      partition: fc.nat({ max: 2 }),
      handled: fc.array(fc.nat({ max: 15 }), { minLength: 1 }),
      newestRecordMs: fc.nat({ max: 30 }),
    }),
    { selector: ({ partition }) => partition },
  );
  const records = fc.uniqueArray(
    fc.record({
      partition: fc.nat({ max: 3 }),
      offset: fc.nat({ max: 15 }),
      timestampMs: fc.nat({ max: 31 }),
    }),
    { selector: ({ partition, offset }) => `${partition}:${offset}` },
  );
  fc.assert(
    fc.property(partitions, records, (ledger, delivered) => {
      const rows = ledger.map(({ partition, handled, newestRecordMs }) => ({
        ...rowOf(partition, handled),
        newestRecordMs,
      }));
      const outcomes = delivered.map(({ partition, offset, timestampMs }) =>
        recordOutcome(partition, offset, ACCEPTED, undefined, timestampMs),
      );
      const positions = outcomes.map(({ position }) => position);
      const isHandled = recallHandled(rows, positions);

      for (const change of accountOutcomes(rows, outcomes)) {
        const recalled = positions.filter(
          (position) =>
            position.partition === change.partition && isHandled(position),
        );
        expect(recalled).toHaveLength(change.redeliveredCount);
      }
    }),
  );
});

interface LedgerTotals {
  readonly row: LedgerRow;
  /** Accepted, duplicate and rejected records. */
  readonly counted: number;
  readonly redelivered: number;
}

/** What record_outcomes.sql does, with a set of offsets. */
function addChange(
  totals: LedgerTotals | undefined,
  change: LedgerChange,
): LedgerTotals {
  const before = totals?.row.handledOffsets ?? [];
  const added = parseOffsetRanges(change.handledOffsets);
  const offsets = Array.from({ length: 20 }, (_, offset) => offset).filter(
    (offset) => containsOffset(before, offset) || containsOffset(added, offset),
  );
  return {
    row: {
      partition: change.partition,
      incarnation: change.incarnation,
      handledOffsets: toOffsetRanges(offsets),
      rejectedCounts: change.rejectedCounts,
      newestRecordMs: Math.max(
        totals?.row.newestRecordMs ?? 0,
        change.newestRecordMs,
      ),
    },
    counted:
      (totals?.counted ?? 0) +
      change.acceptedCount +
      change.duplicateCount +
      sum(change.rejectedCounts) -
      sum(totals?.row.rejectedCounts ?? {}),
    redelivered: (totals?.redelivered ?? 0) + change.redeliveredCount,
  };
}

function sum(counts: Readonly<Record<string, number>>): number {
  return Object.values(counts).reduce((total, count) => total + count, 0);
}

function rowOf(partition: number, handled: readonly number[]): LedgerRow {
  return {
    partition,
    incarnation: 1,
    handledOffsets: toOffsetRanges(handled),
    rejectedCounts: {},
    newestRecordMs: handled.length === 0 ? null : Math.max(...handled),
  };
}

/** The broker takes one record per millisecond, unless told: timestamps are monotone in a partition. */
function recordOutcome(
  partition: number,
  offset: number,
  became: Outcome,
  eventTimeMicros?: number,
  timestampMs = offset,
): RecordOutcome {
  return {
    position: { topic: "stream-events", partition, offset, timestampMs },
    outcome: became,
    eventTimeMicros,
  };
}
