import { expect, it } from "vitest";

import { CALM, type Action, type Deed } from "#tests/soak/actions.ts";
import { runActions } from "#tests/soak/run-actions.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";

const after = (deed: Deed): Action => ({ ...deed, afterMs: 300 });
const HOUR = "2026-03-01T12";
const USER = 10_000;

/** Each kind of action once, the plays before what disturbs them. */
const EVERYTHING: readonly Action[] = (
  [
    {
      kind: "produce",
      from: `${HOUR}:00:00Z`,
      to: `${HOUR}:10:00Z`,
      count: 300,
    },
    { kind: "rebalance" },
    { kind: "orphan", at: `${HOUR}:11:00Z`, count: 5, userId: USER },
    { kind: "cut" },
    {
      kind: "produce",
      from: `${HOUR}:10:00Z`,
      to: `${HOUR}:20:00Z`,
      count: 300,
    },
    { kind: "kill_runner" },
    { kind: "arrive", userId: USER },
    { kind: "restart_postgres", signal: "SIGKILL" },
    { kind: "repartition" },
    { kind: "delay", oneWayMs: 20 },
    { kind: "redrive" },
    {
      kind: "produce",
      from: `${HOUR}:20:00Z`,
      to: `${HOUR}:30:00Z`,
      count: 300,
    },
    { kind: "roll_runner", batchSize: 10 },
    { kind: "pause_runner", seconds: 1 },
    { kind: "restart_kafka", signal: "SIGKILL" },
    { kind: "hold", seconds: 1 },
    { kind: "late", at: "2026-03-01T09:00:00Z", count: 5 },
  ] satisfies Deed[]
).map(after);

it("35: a mixture of all faults, each once, ends with the oracle's tables; a fact that is lost before the next calm period is found", async () => {
  let calms = 0;
  const { violations, counts, totals } = await runActions(
    [...EVERYTHING, CALM, CALM],
    {
      beforeCalm: async ({ database }) => {
        calms += 1;
        if (calms === 2)
          await selectRows(
            database.databaseUrls.owner,
            "delete from stream_events where event_id = (select min(event_id::text)::uuid from stream_events)",
          );
      },
    },
  );

  // The first calm period found nothing: the run would have ended there.
  expect(calms).toBe(2);
  expect(violations).toContainEqual(
    expect.stringMatching(/^facts: .*missing row$/),
  );
  expect(Object.values(counts).every((count) => count > 0)).toBe(true);
  expect(totals.redelivered + totals.late + totals.revisions).toBeGreaterThan(
    0,
  );
});
