import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { assembleBatch } from "#compose/event-source-mapping/assemble-batch.ts";
import type {
  Assembly,
  BatchLimits,
} from "#compose/event-source-mapping/assemble-batch.ts";
import { eventBytes } from "#compose/event-source-mapping/encode-event.ts";
import { PartitionBuffer } from "#compose/event-source-mapping/partition-buffer.ts";
import { fetchedRecord, FORMAT, measureRecord } from "./fetched-records.ts";

const LIMITS: BatchLimits = {
  batchSize: 10,
  batchingWindowMs: 500,
  maximumEventBytes: 6 * 1024 * 1024,
};

function waiting(
  partition: number,
  count: number,
  fetchedAtMs: number,
  valueBytes = 10,
) {
  const buffer = new PartitionBuffer(measureRecord(partition));
  const records = Array.from({ length: count }, (_, offset) =>
    fetchedRecord(offset, { value: Buffer.alloc(valueBytes) }),
  );
  buffer.append(records, fetchedAtMs);
  return { partition, buffer, isFull: false };
}

const shape = (assembly: Assembly) =>
  assembly.kind === "batch"
    ? assembly.slices.map(({ partition, records }) => [
        partition,
        records.length,
      ])
    : assembly.kind;

describe("a batch", () => {
  test("stays open until its window is over, counted from its first record", () => {
    const free = [waiting(0, 1, 1000), waiting(1, 1, 1300)];

    expect(assembleBatch(free, LIMITS, FORMAT, 1499)).toStrictEqual({
      kind: "open",
      closesAtMs: 1500,
    });
    expect(shape(assembleBatch(free, LIMITS, FORMAT, 1500))).toStrictEqual([
      [0, 1],
      [1, 1],
    ]);
  });

  test("without a window is closed at once with what is there", () => {
    const limits = { ...LIMITS, batchingWindowMs: 0 };

    expect(
      shape(assembleBatch([waiting(0, 3, 1000)], limits, FORMAT, 1000)),
    ).toStrictEqual([[0, 3]]);
  });

  test("is closed by its size and leaves the rest", () => {
    const free = [waiting(0, 4, 1000), waiting(1, 20, 1000)];

    expect(shape(assembleBatch(free, LIMITS, FORMAT, 1000))).toStrictEqual([
      [0, 4],
      [1, 6],
    ]);
    expect(shape(assembleBatch(free, LIMITS, FORMAT, 1000))).toStrictEqual([
      [1, 10],
    ]);
    expect(shape(assembleBatch(free, LIMITS, FORMAT, 1000))).toBe("open");
  });

  test("takes even shares of the partitions under a backlog; what one lacks the others give", () => {
    const free = [
      waiting(2, 50, 1200),
      waiting(0, 1, 1000),
      waiting(1, 50, 1100),
    ];

    expect(shape(assembleBatch(free, LIMITS, FORMAT, 1300))).toStrictEqual([
      [0, 1],
      [2, 5],
      [1, 4],
    ]);
  });

  test("gives the partition served first what the others leave", () => {
    const free = [waiting(2, 50, 1000), waiting(0, 1, 1000)];
    const limits = { ...LIMITS, batchSize: 40 };

    expect(shape(assembleBatch(free, limits, FORMAT, 1000))).toStrictEqual([
      [0, 1],
      [2, 39],
    ]);
  });

  test("keeps room for a large record of the partition served first", () => {
    const limits = { ...LIMITS, maximumEventBytes: 3000, batchSize: 3 };
    const free = [
      waiting(2, 2, 1000, 1800),
      waiting(0, 1, 1000, 600),
      waiting(1, 1, 1000, 600),
    ];

    expect(shape(assembleBatch(free, limits, FORMAT, 1500))).toStrictEqual([
      [2, 1],
    ]);
  });

  test("is closed by a buffer that is full, however long its window is", () => {
    const free = [{ ...waiting(0, 3, 1000), isFull: true }];

    expect(shape(assembleBatch(free, LIMITS, FORMAT, 1001))).toStrictEqual([
      [0, 3],
    ]);
  });

  test("leaves partitions to the other invocations that may begin, in the order given", () => {
    const free = [2, 0, 1, 3].map((partition) => waiting(partition, 50, 1000));

    expect(shape(assembleBatch(free, LIMITS, FORMAT, 1000, 2))).toStrictEqual([
      [2, 5],
      [0, 5],
    ]);
  });

  test("takes more partitions than its share when they hold too little to fill it", () => {
    const free = [2, 0, 1, 3].map((partition) => waiting(partition, 4, 1000));

    expect(shape(assembleBatch(free, LIMITS, FORMAT, 1000, 4))).toStrictEqual([
      [2, 4],
      [0, 3],
      [1, 3],
    ]);
  });

  test("takes a record that is larger than a share from the partition served first, not from those behind it", () => {
    const limits = { ...LIMITS, maximumEventBytes: 3000 };
    const free = [0, 1, 2].map((partition) =>
      waiting(partition, 4, 1000, 1200),
    );

    expect(shape(assembleBatch(free, limits, FORMAT, 1000))).toStrictEqual([
      [0, 1],
    ]);
  });

  test("is closed by the payload limit before the record that would pass it", () => {
    const limits = { ...LIMITS, batchSize: 1000, maximumEventBytes: 1000 };
    const free = [waiting(0, 9, 1000, 100)];

    const first = assembleBatch(free, limits, FORMAT, 1000);

    expect(shape(first)).toStrictEqual([[0, 3]]);
    expect(free[0]?.buffer.count).toBe(6);
  });

  test("of nothing is nothing", () => {
    expect(
      assembleBatch([waiting(0, 0, 0)], LIMITS, FORMAT, 1000),
    ).toStrictEqual({ kind: "nothing" });
  });

  test("never holds a record that alone passes the limit: it is taken out by itself, at once", () => {
    const limits = { ...LIMITS, maximumEventBytes: 1000 };
    const free = [waiting(0, 1, 1000), waiting(1, 2, 1000, 2000)];

    const assembly = assembleBatch(free, limits, FORMAT, 1000);

    expect(assembly).toMatchObject({
      kind: "oversized",
      slice: { partition: 1, records: [{ offset: "0" }] },
    });
  });
});

test("whatever waits, batches keep all limits, and every record leaves once and in order", () => {
  const partitions = fc.array(
    fc.record({
      count: fc.nat({ max: 30 }),
      fetchedAtMs: fc.nat({ max: 100 }),
      valueBytes: fc.nat({ max: 700 }),
    }),
    { minLength: 1, maxLength: 5 },
  );
  const limitsOf = fc.record({
    batchSize: fc.integer({ min: 1, max: 20 }),
    batchingWindowMs: fc.nat({ max: 50 }),
    maximumEventBytes: fc.integer({ min: 500, max: 3000 }),
  });
  fc.assert(
    fc.property(partitions, limitsOf, (given, limits) => {
      const free = given.map(({ count, fetchedAtMs, valueBytes }, partition) =>
        waiting(partition, count, fetchedAtMs, valueBytes),
      );
      const taken = new Map<number, string[]>();
      for (;;) {
        const assembly = assembleBatch(free, limits, FORMAT, 1000);
        if (assembly.kind === "nothing") break;
        if (assembly.kind === "open") throw new Error("every window is over");
        const slices =
          assembly.kind === "batch" ? assembly.slices : [assembly.slice];
        const passesLimit =
          eventBytes(FORMAT, slices) > limits.maximumEventBytes;
        expect(passesLimit).toBe(assembly.kind === "oversized");
        expect(
          slices.reduce((count, { records }) => count + records.length, 0),
        ).toBeLessThanOrEqual(limits.batchSize);
        for (const { partition, records } of slices) {
          taken.set(partition, [
            ...(taken.get(partition) ?? []),
            ...records.map(({ offset }) => offset),
          ]);
        }
      }
      for (const [partition, { count }] of given.entries()) {
        expect(taken.get(partition) ?? []).toStrictEqual(
          Array.from({ length: count }, (_, offset) => String(offset)),
        );
      }
      expect(free.every(({ buffer }) => buffer.encodedBytes === 0)).toBe(true);
    }),
  );
});
