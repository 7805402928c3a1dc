import { describe, expect, test } from "vitest";

import {
  classifyWaits,
  INVOCATION,
  namePart,
} from "#tests/bench/scale/classify-waits.ts";
import { listFaults } from "#tests/bench/scale/judge-waits.ts";
import type {
  SampledSession,
  SampledWait,
  WaitSample,
} from "#tests/bench/scale/wait-sample.ts";

const INTERVAL_MS = 20;

const ingest = (pid: number): SampledSession => ({
  pid,
  role: "ingest",
  application: INVOCATION,
  statement: `copy of ${pid}`,
});
const closerWithin = (pid: number): SampledSession => ({
  ...ingest(pid),
  role: "closer",
  statement: "select pg_advisory_xact_lock(1, 0)",
});
const wait = (
  session: SampledSession,
  since: number | null,
  blockers: readonly SampledSession[],
  event = "advisory",
): SampledWait => ({
  ...session,
  type: "Lock",
  event,
  since_ms: since,
  blockers,
});

/** Quiet samples 20 ms apart, with waits in those whose number is given. */
const sample = (
  waits: Readonly<Record<number, readonly SampledWait[]>> = {},
  count = 100,
): WaitSample[] =>
  Array.from({ length: count }, (_, index) => ({
    at_ms: index * INTERVAL_MS,
    waits: waits[index] ?? [],
  }));

const growth = (length: number) =>
  classifyWaits(
    sample({
      50: [wait(ingest(1), 50 * INTERVAL_MS - length, [ingest(2)], "extend")],
    }),
  );

test("the closer's connection within an invocation is told from the one that ingests, by its role", () => {
  expect(namePart(ingest(1))).toBe("invocation");
  expect(namePart(closerWithin(1))).toBe("closer");
  expect(namePart({ ...closerWithin(1), application: "close-windows" })).toBe(
    "closer",
  );
  expect(namePart({ ...ingest(1), application: "load-dimensions" })).toBe(
    "other",
  );
  expect(
    namePart({ ...closerWithin(1), application: "enforce-retention" }),
  ).toBe("other");
});

describe("a span of samples", () => {
  test("in which nobody waits has no fault", () => {
    const waits = classifyWaits(sample());

    expect(waits).toMatchObject({
      samples: 100,
      median_interval_ms: 20,
      longest_interval_ms: 20,
      between_invocations: { count: 0, longest_ms: 0 },
      closer: { count: 0, longest_ms: 0 },
      lwlock_samples: {},
    });
    expect(listFaults(waits)).toEqual([]);
  });

  test("in which an invocation waits for another one fails, however short the wait was", () => {
    const waits = classifyWaits(
      sample({ 3: [wait(ingest(1), 59, [ingest(2)], "transactionid")] }),
    );

    expect(waits.between_invocations).toMatchObject({
      count: 1,
      longest_ms: 1,
    });
    expect(listFaults(waits)).toEqual([
      '1 times an invocation waited for another one, expected none; the longest 1 ms (transactionid) with "copy of 1" behind "copy of 2"',
    ]);
  });

  test("counts a wait once that several samples have seen, with its length from its beginning", () => {
    const planted = wait(ingest(1), 50, [ingest(2)]);
    const other = wait(ingest(1), 150, [ingest(2)]);
    const waits = classifyWaits(
      sample({ 3: [planted], 4: [planted], 5: [planted], 8: [other] }),
    );

    expect(waits.between_invocations.count).toBe(2);
    expect(waits.between_invocations.longest_ms).toBe(50);
  });

  test("does not lose a wait whose blocker is seen in a later sample only", () => {
    const waits = classifyWaits(
      sample({
        3: [wait(ingest(1), 50, [])],
        4: [wait(ingest(1), 50, [ingest(2)])],
      }),
    );

    expect(waits.between_invocations.count).toBe(1);
    expect(waits.other.count).toBe(0);
  });

  test("counts a wait without a known blocker among the others", () => {
    const waits = classifyWaits(sample({ 3: [wait(ingest(1), null, [])] }));

    expect(waits.other.count).toBe(1);
    expect(listFaults(waits)).toEqual([]);
  });

  test.for([
    ["an invocation waits for the closer", ingest(1), closerWithin(2)],
    ["the closer waits for an invocation", closerWithin(1), ingest(2)],
  ] as const)(
    "in which %s passes below 500 ms and fails from there on",
    ([, waiter, blocker]) => {
      const cut = (length: number) =>
        classifyWaits(
          sample({ 50: [wait(waiter, 50 * INTERVAL_MS - length, [blocker])] }),
        );

      expect(cut(499).closer).toMatchObject({ count: 1, longest_ms: 499 });
      expect(cut(499).between_invocations.count).toBe(0);
      expect(listFaults(cut(499))).toEqual([]);
      expect(listFaults(cut(500))).toEqual([
        expect.stringContaining(
          "the closer's cut took 500 ms, expected less than 500",
        ),
      ]);
    },
  );

  test("in which an invocation waits for a file that another one makes grow passes below 100 ms and fails from there on", () => {
    expect(growth(99).file_growth).toMatchObject({ count: 1, longest_ms: 99 });
    expect(growth(99).between_invocations.count).toBe(0);
    expect(growth(99).other.count).toBe(0);
    expect(listFaults(growth(99))).toEqual([]);
    expect(listFaults(growth(100))).toEqual([
      expect.stringContaining(
        "an invocation waited 100 ms for a file to grow, expected less than 100",
      ),
    ]);
  });

  test("in which an invocation waits behind the closer and another invocation fails", () => {
    const waits = classifyWaits(
      sample({ 3: [wait(ingest(1), 50, [closerWithin(2), ingest(3)])] }),
    );

    expect(listFaults(waits)).toHaveLength(1);
  });

  test("names waits in memory, and has no floor for them", () => {
    const lightweight = { ...wait(ingest(1), null, [], "WALWrite") };
    const waits = classifyWaits(
      sample({
        1: [{ ...lightweight, type: "LWLock" }],
        2: [{ ...lightweight, type: "LWLock" }],
      }),
    );

    expect(waits.lwlock_samples).toEqual({ WALWrite: 2 });
    expect(listFaults(waits)).toEqual([]);
  });

  test("that is too short proves nothing", () => {
    expect(listFaults(classifyWaits(sample({}, 10)))).toEqual([
      "only 10 samples were taken, expected at least 50; take more --plays",
    ]);
  });
});
