import { expect, it } from "vitest";

import { CALM, type Action, type Deed } from "#tests/soak/actions.ts";
import { runActions } from "#tests/soak/run-actions.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";

const after = (deed: Deed): Action => ({ ...deed, afterMs: 300 });
const HOUR = "2026-03-01T12";
const USER = 10_000;

/** Plays, and what disturbs them; `npm run soak` draws from all that there is. */
const ACTIONS: readonly Action[] = (
  [
    {
      kind: "produce",
      from: `${HOUR}:00:00Z`,
      to: `${HOUR}:10:00Z`,
      count: 300,
    },
    { kind: "orphan", at: `${HOUR}:11:00Z`, count: 5, userId: USER },
    { kind: "cut" },
    { kind: "repartition" },
    { kind: "delay", oneWayMs: 20 },
    { kind: "restart_postgres", signal: "SIGKILL" },
    {
      kind: "produce",
      from: `${HOUR}:10:00Z`,
      to: `${HOUR}:20:00Z`,
      count: 300,
    },
    { kind: "kill_runner" },
    { kind: "late", at: "2026-03-01T09:00:00Z", count: 5 },
  ] satisfies Deed[]
).map(after);

it("35: a mixture of faults ends with the oracle's tables; a fact that is lost before the next calm period is found", async () => {
  let calms = 0;
  const { violations, counts, totals } = await runActions(
    [...ACTIONS, CALM, CALM],
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
