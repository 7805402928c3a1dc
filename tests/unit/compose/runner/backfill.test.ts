import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";

import { readBackfillPlan } from "#compose/runner/backfill-plan.ts";
import { backfill } from "#compose/runner/backfill.ts";
import { fixedOffsets, RecordingInvoker } from "./fakes.ts";

const NOON_MS = Date.parse("2026-01-01T12:00:00Z");
const RANGE = {
  from: "2026-01-01T09:00:00.000Z",
  to: "2026-01-01T12:00:00.000Z",
  count: 25_000,
  seed: 1,
};

let dataDir = "";
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "backfill-"));
});
afterEach(() => {
  rmSync(dataDir, { recursive: true });
});

function run(invoker: RecordingInvoker, playsInTopic: number, nowMs = NOON_MS) {
  return backfill({
    dataDir,
    invoker,
    offsets: fixedOffsets({ "stream-events": playsInTopic }),
    wanted: {
      count: 25_000,
      durationMs: 3 * 60 * 60_000,
      endMs: nowMs,
      seed: 1,
    },
    signal: new AbortController().signal,
    onProgress: () => undefined,
  });
}

test("an empty topic gets the whole range, in slices without a gap", async () => {
  const invoker = new RecordingInvoker();

  const endMs = await run(invoker, 0);

  expect(endMs).toBe(NOON_MS);
  expect(invoker.events.map(({ event }) => event)).toEqual([
    { ...RANGE, firstIndex: 0, lastIndex: 9999 },
    { ...RANGE, firstIndex: 10_000, lastIndex: 19_999 },
    { ...RANGE, firstIndex: 20_000, lastIndex: 24_999 },
  ]);
  await expect(readBackfillPlan(dataDir)).resolves.toBeUndefined();
});

test("a topic that holds plays gets none", async () => {
  const invoker = new RecordingInvoker();

  await expect(run(invoker, 25_000)).resolves.toBeUndefined();

  expect(invoker.events).toEqual([]);
});

test("a backfill that was broken off goes on in its own range, from the slice that was not confirmed", async () => {
  const broken = new RecordingInvoker();
  broken.onInvoke = () =>
    broken.events.length === 2
      ? { kind: "service_error", message: "killed" }
      : undefined;
  await expect(run(broken, 0)).rejects.toMatchObject({
    code: "function_failed",
  });

  const resumed = new RecordingInvoker();
  await run(resumed, 15_000, NOON_MS + 3_600_000);

  expect(resumed.events.map(({ event }) => event)).toEqual([
    { ...RANGE, firstIndex: 10_000, lastIndex: 19_999 },
    { ...RANGE, firstIndex: 20_000, lastIndex: 24_999 },
  ]);
});

test("a plan of an emptied topic is forgotten", async () => {
  const broken = new RecordingInvoker();
  broken.onInvoke = () => ({ kind: "throttled" });
  await expect(run(broken, 0)).rejects.toMatchObject({
    code: "function_failed",
  });

  const again = new RecordingInvoker();
  await run(again, 0, NOON_MS + 3_600_000);

  expect(again.events[0]?.event).toMatchObject({
    to: "2026-01-01T13:00:00.000Z",
    firstIndex: 0,
  });
});

test("a plan that cannot be read is refused with the way out", async () => {
  writeFileSync(join(dataDir, "backfill.json"), '{"from":');

  await expect(run(new RecordingInvoker(), 5)).rejects.toMatchObject({
    code: "backfill_plan_invalid",
    message: expect.stringContaining("Delete the file"),
  });
});
