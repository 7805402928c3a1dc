import * as fc from "fast-check";
import { expect, test } from "vitest";

import { applyInTime } from "#functions/aggregate-micro-batch/apply-in-time.ts";
import type { RecordOutcome } from "#shared/domain/ledger.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";
import { PipelineError } from "#shared/errors.ts";
import { PLENTY_OF_TIME, timePassing } from "#tests/support/invocation-time.ts";
import { makeRecord } from "#tests/support/rows/make-records.ts";

const RECORDS = [1, 2, 3, 4, 5].map((id) => makeRecord({ id }));
const OUT_OF_TIME = new PipelineError("out of time", {
  code: "postgres_out_of_time",
  domain: "external",
});

test("in time, all records are one transaction of half the time that is left", async () => {
  const { tried, apply } = applyAtMost(5);

  const { outcomes, rest } = await applyInTime(RECORDS, PLENTY_OF_TIME, apply);

  expect(tried).toEqual([[5, 30_000]]);
  expect(outcomes).toHaveLength(5);
  expect(rest).toEqual([]);
});

test("out of time, a quarter is tried in half of what is left then, and the records behind it are the rest", async () => {
  const { tried, apply } = applyAtMost(2);

  const { outcomes, rest } = await applyInTime(
    RECORDS,
    timePassing(60_000, 30_000, 30_000),
    apply,
  );

  expect(tried).toEqual([
    [5, 30_000],
    [2, 15_000],
  ]);
  expect(outcomes.map(({ position }) => position)).toEqual(RECORDS.slice(0, 2));
  expect(rest).toEqual(RECORDS.slice(2));
});

test("where not even one record is done in time, the whole event fails", async () => {
  const { tried, apply } = applyAtMost(0);

  await expect(applyInTime(RECORDS, PLENTY_OF_TIME, apply)).rejects.toBe(
    OUT_OF_TIME,
  );
  expect(tried.map(([size]) => size)).toEqual([5, 2, 1]);
});

test("a database that is as slow with each record commits some in each event", async () => {
  const records = makeRecords(10_000);
  const time = clockOf(30_000);

  const { outcomes } = await applyInTime(
    records,
    time,
    applyAtMillisecondsEach(3.1, time),
  );

  expect(outcomes).toHaveLength(625);
});

test("nothing is tried once the time that is left is needed for the answer", async () => {
  const { tried, apply } = applyAtMost(0);

  await expect(
    applyInTime(RECORDS, timePassing(60_000, 1999), apply),
  ).rejects.toBe(OUT_OF_TIME);
  expect(tried).toHaveLength(1);
});

test("another failure fails the whole event at once", async () => {
  const failure = new PipelineError("refused", {
    code: "postgres_statement_failed",
    domain: "external",
  });
  let count = 0;
  const apply = () => {
    count += 1;
    return Promise.reject(failure);
  };

  await expect(applyInTime(RECORDS, PLENTY_OF_TIME, apply)).rejects.toBe(
    failure,
  );
  expect(count).toBe(1);
});

test("done and rest are all records, in order, and some are done as long as two records take a 64th of the time", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.integer({ min: 1, max: 300 }),
      fc.integer({ min: 1, max: 468 }),
      async (size, millisecondsEach) => {
        const records = makeRecords(size);
        const time = clockOf(60_000);
        const { outcomes, rest } = await applyInTime(
          records,
          time,
          applyAtMillisecondsEach(millisecondsEach, time),
        );

        expect([...outcomes.map(({ position }) => position), ...rest]).toEqual(
          records,
        );
        expect(outcomes.length).toBeGreaterThan(0);
      },
    ),
    { numRuns: 100 },
  );
});

const makeRecords = (size: number): KafkaRecord[] =>
  Array.from({ length: size }, (_, id) => makeRecord({ id }));

const applied = (records: readonly KafkaRecord[]): RecordOutcome[] =>
  records.map((position) => ({
    position,
    outcome: { kind: "accepted", isLate: false },
  }));

/** An invocation of so many milliseconds, which pass when they are spent. */
function clockOf(totalMs: number) {
  let remainingMs = totalMs;
  return {
    getRemainingTimeInMillis: () => remainingMs,
    spend: (milliseconds: number): void => {
      remainingMs -= milliseconds;
    },
  };
}

/** A database that needs so long for each record, and ends what takes longer than its limit. */
function applyAtMillisecondsEach(
  millisecondsEach: number,
  time: ReturnType<typeof clockOf>,
) {
  return (
    records: readonly KafkaRecord[],
    limitMs: number,
  ): Promise<RecordOutcome[]> => {
    const neededMs = records.length * millisecondsEach;
    time.spend(Math.min(neededMs, limitMs));
    return neededMs > limitMs
      ? Promise.reject(OUT_OF_TIME)
      : Promise.resolve(applied(records));
  };
}

/** Applies so many records in time; writes down how many were given, and the limit. */
function applyAtMost(possible: number) {
  const tried: [size: number, limitMs: number][] = [];
  const apply = (
    records: readonly KafkaRecord[],
    limitMs: number,
  ): Promise<RecordOutcome[]> => {
    tried.push([records.length, limitMs]);
    if (records.length > possible) return Promise.reject(OUT_OF_TIME);
    return Promise.resolve(applied(records));
  };
  return { tried, apply };
}
