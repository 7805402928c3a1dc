import { expect, test } from "vitest";

import { enforceRetention } from "#functions/enforce-retention/enforce-retention.ts";
import { KEPT, type Kept } from "#shared/ports/retention-store.ts";

const DAY_MS = 86_400_000;
const SCHEDULED = { "detail-type": "Scheduled Event" };
const PLENTY = { getRemainingTimeInMillis: () => 60_000 };

test("what has no setting is kept for ever: nothing is done about it", async () => {
  const { steps, run } = setUp({});

  expect(await run(SCHEDULED)).toEqual({ summary: {} });
  expect(steps).toEqual([]);
});

test("each horizon is moved on before anything is deleted before it, in small steps until nothing is left", async () => {
  const { steps, run } = setUp(
    { facts: 2 * DAY_MS, revisions: DAY_MS },
    { facts: 25_000, revisions: 3 },
  );

  expect(await run(SCHEDULED)).toEqual({
    summary: { facts: 25_000, revisions: 3 },
  });
  expect(steps).toEqual([
    `facts back to ${2 * DAY_MS}`,
    "remove facts",
    "remove facts",
    "remove facts",
    `revisions back to ${DAY_MS}`,
    "remove revisions",
  ]);
});

test("it stops when time runs short, and the next run goes on", async () => {
  const { steps, run } = setUp({ facts: DAY_MS }, { facts: 25_000 });
  let remainingMs = 60_000;
  const time = { getRemainingTimeInMillis: () => (remainingMs -= 15_000) };

  const first = await run(SCHEDULED, time);
  const second = await run(SCHEDULED);

  expect(first.summary["facts"]).toBe(20_000);
  expect(second.summary["facts"]).toBe(5000);
  expect(steps.filter((step) => step === "remove facts")).toHaveLength(3);
});

test("while micro-batches keep a horizon where it is, what lies before it goes all the same", async () => {
  const { run } = setUp({ facts: DAY_MS }, { facts: 7 }, ["facts"]);

  expect(await run({})).toEqual({
    summary: { facts: 7, is_facts_horizon_busy: true },
  });
});

test("an event that it does not know is refused", async () => {
  const { steps, run } = setUp({ facts: DAY_MS }, { facts: 7 });

  await expect(run({ before: "2026-01-01" })).rejects.toMatchObject({
    code: "invalid_event",
  });
  expect(steps).toEqual([]);
});

/** Runs over a store that notes each step and holds so many rows before each horizon. */
function setUp(
  retentionMs: Partial<Record<Kept, number>>,
  rows: Partial<Record<Kept, number>> = {},
  busy: readonly Kept[] = [],
) {
  const steps: string[] = [];
  const left = new Map(KEPT.map((kept) => [kept, rows[kept] ?? 0]));
  const enforce = enforceRetention({
    retentionMs,
    store: {
      advanceHorizon(kept, keptMs) {
        steps.push(`${kept} back to ${keptMs}`);
        return Promise.resolve(!busy.includes(kept));
      },
      removeBeforeHorizon(kept, limit) {
        steps.push(`remove ${kept}`);
        const count = Math.min(left.get(kept) ?? 0, limit);
        left.set(kept, (left.get(kept) ?? 0) - count);
        return Promise.resolve(count);
      },
    },
  });
  return {
    steps,
    run: (event: unknown, time = PLENTY) => enforce(event, time),
  };
}
