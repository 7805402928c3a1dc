import * as fc from "fast-check";
import { expect, test } from "vitest";

import { workInChunks } from "#compose/dead-letters/work-in-chunks.ts";
import {
  ManualClock,
  settle,
} from "#tests/unit/compose/scheduler/manual-clock.ts";

const STARTED_AT_MS = 1_000_000;
const DAY_MS = 86_400_000;

test("without a rate the pieces follow one another, 500 letters each", async () => {
  const { sizes } = await run({ count: 1201, untilMs: 0 });

  expect(sizes).toEqual([500, 500, 201]);
});

test.for([
  [10, [0, 500, 1000, 1500], [5, 5, 5, 5]],
  [3, [0, 667, 1334], [2, 2, 2]],
  [1, [0, 1000, 2000], [1, 1, 1]],
  [0.5, [0, 2000, 4000], [1, 1, 1]],
  [2000, [0, 250, 500], [500, 500, 500]],
] as const)(
  "at %d a second nobody is overwhelmed",
  async ([rate, at, sizes]) => {
    const count = sizes.reduce((sum, size) => sum + size, 0);

    const done = await run({ rate, count, untilMs: 10_000 });

    expect(done).toMatchObject({ sizes, startedAtMs: at });
  },
);

test("time that was lost is not made up for with a burst", async () => {
  const { startedAtMs } = await run({
    rate: 2,
    count: 4,
    untilMs: 20_000,
    // The first piece takes ten seconds.
    durationsMs: [10_000, 0, 0, 0],
  });

  // The clock wakes who sleeps until now a step later.
  expect(startedAtMs).toEqual([0, 10_001, 10_501, 11_001]);
});

test("a piece follows another one only when that one's time is over, whatever it took", async () => {
  const scenario = fc.record({
    rate: fc.integer({ min: 1, max: 40 }),
    count: fc.integer({ min: 0, max: 60 }),
    durationsMs: fc.array(fc.nat(3000), { maxLength: 30 }),
    stepMs: fc.constant(50),
  });
  await fc.assert(
    fc.asyncProperty(scenario, async (given) => {
      const { sizes, startedAtMs } = await run({ ...given, untilMs: 200_000 });

      expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(given.count);
      const tooSoon = startedAtMs.filter((at, index) => {
        const before = startedAtMs[index - 1] ?? -Infinity;
        const allowed = ((sizes[index - 1] ?? 0) / given.rate) * 1000;
        return at - before < allowed;
      });
      expect(tooSoon).toEqual([]);
    }),
    { numRuns: 30 },
  );
});

test("a clock that is put back or forth changes nothing about the pace", async () => {
  const clock = new ManualClock(STARTED_AT_MS);
  const startedAtMs: number[] = [];
  const working = workInChunks(
    listLetters(3),
    { ratePerSecond: 1, clock, signal: new AbortController().signal },
    () => {
      startedAtMs.push(clock.elapsed());
      return Promise.resolve();
    },
  );
  await clock.advanceTo(STARTED_AT_MS);
  clock.putTo(STARTED_AT_MS - DAY_MS);
  await clock.advanceTo(STARTED_AT_MS - DAY_MS + 1000);
  clock.putTo(STARTED_AT_MS + DAY_MS);
  await clock.advanceTo(STARTED_AT_MS + DAY_MS + 1000);
  await working;

  expect(startedAtMs).toEqual([0, 1000, 2000]);
});

test("progress is told before the first piece and after each", async () => {
  const { progress } = await run({ count: 600, untilMs: 0 });

  expect(progress).toEqual([
    [0, 600],
    [500, 600],
    [600, 600],
  ]);
});

test("a signal leaves the rest undone: while it waits at once, else after the piece", async () => {
  const whileWaiting = await run({ rate: 2, count: 3, abortAtMs: 200 });
  const whileWorking = await run({
    count: 1200,
    durationsMs: [1000],
    abortAtMs: 200,
  });
  const before = await run({ count: 3, abortAtMs: -1 });

  expect(whileWaiting).toMatchObject({ sizes: [1], endedAtMs: 200 });
  expect(whileWorking).toMatchObject({ sizes: [500], endedAtMs: 1000 });
  expect(before.sizes).toEqual([]);
});

test("what breaks a piece ends the work", async () => {
  const failure = new Error("Kafka is down");
  const tried: number[] = [];

  await expect(
    workInChunks(
      listLetters(600),
      {
        clock: new ManualClock(STARTED_AT_MS),
        signal: new AbortController().signal,
      },
      (ids) => {
        tried.push(ids.length);
        return Promise.reject(failure);
      },
    ),
  ).rejects.toBe(failure);
  expect(tried).toEqual([500]);
});

interface Run {
  readonly count: number;
  readonly rate?: number;
  /** How long the clock goes on; until the work is done unless given. */
  readonly untilMs?: number;
  /** What the pieces take, one after the other; no time where there is none. */
  readonly durationsMs?: readonly number[];
  readonly abortAtMs?: number;
  /** How far the clock goes at a time; a millisecond unless given. */
  readonly stepMs?: number;
}

/** Works on letters while a clock goes on; times since the start. */
async function run({
  count,
  rate,
  untilMs = 5000,
  durationsMs = [],
  abortAtMs,
  stepMs = 1,
}: Run) {
  const clock = new ManualClock(STARTED_AT_MS);
  const controller = new AbortController();
  if (abortAtMs === -1) controller.abort();
  const startedAtMs: number[] = [];
  const sizes: number[] = [];
  const progress: [number, number][] = [];
  const ended: { atMs?: number } = {};
  const working = workInChunks(
    listLetters(count),
    {
      ratePerSecond: rate,
      clock,
      signal: controller.signal,
      onProgress: (done, total) => progress.push([done, total]),
    },
    async (ids) => {
      startedAtMs.push(clock.now() - STARTED_AT_MS);
      const durationMs = durationsMs[sizes.length] ?? 0;
      sizes.push(ids.length);
      if (durationMs > 0)
        await clock.delay(durationMs, new AbortController().signal);
    },
  ).finally(() => {
    ended.atMs = clock.now() - STARTED_AT_MS;
  });
  await settle();
  for (let at = 0; at <= untilMs && ended.atMs === undefined; at += stepMs) {
    if (at === abortAtMs) controller.abort();
    await clock.advanceTo(STARTED_AT_MS + at);
  }
  await working;
  return { startedAtMs, sizes, progress, endedAtMs: ended.atMs };
}

function listLetters(count: number) {
  return Array.from({ length: count }, (_, index) => ({
    id: String(index),
    byteCount: 1,
  }));
}
