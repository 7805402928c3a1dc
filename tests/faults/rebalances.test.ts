import { setTimeout as delay } from "node:timers/promises";

import { afterAll, beforeAll, expect, it } from "vitest";

import { waitUntil } from "#compose/embedded/wait-until.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { holdFacts } from "#tests/support/faults/hold-facts.ts";
import { watchOwners } from "#tests/support/faults/watch-owners.ts";
import { listViolations } from "#tests/support/invariants/list-violations.ts";
import { watchProgress } from "#tests/support/invariants/watch-progress.ts";
import { planRecords } from "#tests/support/pipeline/make-plays.ts";
import {
  GROUPS,
  openScene,
  type Scene,
} from "#tests/support/pipeline/scene.ts";

const LEAST_REBALANCES = 6;
/** Half of them give each member the partitions that it had, and of the others not every one meets an invocation. */
const MOST_REBALANCES = 20;
/** Of the fault itself: nothing is waited for by it. */
const REBALANCE_INTERVAL_MS = 2000;
/** Below the role's lock time-out. */
const LONGEST_OVERLAP_MS = 5000;
const PORTION = 500;

let scene: Scene;
beforeAll(async () => {
  scene = await openScene();
});
afterAll(() => scene?.close());

it("6: with a rebalance every two seconds, in which two pollers own the same partitions, every play counts once", async () => {
  const database = await scene.beginAnew();
  const { owner } = database.databaseUrls;
  const owners = watchOwners("aggregate-micro-batch");
  const settings = { hasSchedules: false, batchSize: 20, batchingWindowMs: 0 };
  const watch = await watchProgress(owner);
  let rebalances = 0;

  await scene.withPipeline(
    database,
    { ...settings, wrapInvoker: owners.wrap("first") },
    async (pipeline) => {
      await scene.withPipeline(
        database,
        { ...settings, wrapInvoker: owners.wrap("second") },
        async () => {
          for (const portion of planPortions()) {
            if (rebalances >= LEAST_REBALANCES && owners.overlapCount() > 0)
              break;
            const facts = await holdFacts(owner);
            const before = owners.overlapCount();
            await scene.topics.send(STREAM_EVENTS_TOPIC, portion);
            // Invocations are in flight then, and go on while others get their partitions.
            await expect.poll(() => owners.inFlightCount()).toBeGreaterThan(0);
            await scene.topics.expelMembers(GROUPS.streamEvents);
            rebalances += 1;
            await delay(REBALANCE_INTERVAL_MS);
            // A member hears of it with its next heartbeat; its partitions may come back to it.
            await waitUntil(
              () => owners.overlapCount() > before,
              LONGEST_OVERLAP_MS,
            );
            await facts.release();
          }
        },
      );
      const { plays } = await pipeline.drain();

      expect(
        await listViolations({
          pipeline,
          database,
          records: await scene.readRecords(),
          watch,
          faults: {
            rebalances,
            twoOwners: owners.overlapCount(),
            redelivered: plays.redelivered,
          },
        }),
      ).toEqual([]);
    },
  );
});

function planPortions() {
  const mixIns = { duplicates: 0.05, orphans: 0.02, malformed: 0.02 };
  const records = planRecords({
    from: "2026-03-01T12:00:00Z",
    to: "2026-03-01T14:00:00Z",
    count: MOST_REBALANCES * PORTION,
    mixIns,
  });
  const size = Math.ceil(records.length / MOST_REBALANCES);
  return Array.from({ length: MOST_REBALANCES }, (_, index) =>
    records.slice(index * size, (index + 1) * size),
  );
}
