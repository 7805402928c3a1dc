import { expect, it } from "vitest";

import { CALM, type Action, type Deed } from "#tests/soak/actions.ts";
import { runActions } from "#tests/soak/run-actions.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";

const after = (deed: Deed): Action => ({ ...deed, afterMs: 300 });
const HOUR = "2026-03-01T12";
const USER = 10_000;
const LATE_COUNT = 5;

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
    { kind: "roll_runner", batchSize: 100 },
    { kind: "kill_runner" },
  ] satisfies Deed[]
).map(after);

/** Its window has been closed by the calm period before. */
const LATE = after({ kind: "late", at: `${HOUR}:05:00Z`, count: LATE_COUNT });

const PLANTED = [
  "delete from stream_events where event_id = (select min(event_id::text)::uuid from stream_events)",
  "update dead_letters set original_value = '{}' where dead_letter_id = (select min(dead_letter_id) from dead_letters)",
];

it("35: a mixture of faults ends with the oracle's tables; a fact that is lost before the next calm period is found, and so is a letter that says something else", async () => {
  let calms = 0;
  const { violations, counts, totals } = await runActions(
    [...ACTIONS, CALM, LATE, CALM],
    {
      beforeCalm: async ({ database }) => {
        calms += 1;
        if (calms === 2)
          for (const statement of PLANTED)
            await selectRows(database.databaseUrls.owner, statement);
      },
    },
  );

  // The first calm period found nothing: the run would have ended there.
  expect(calms).toBe(2);
  expect(violations).toContainEqual(
    expect.stringMatching(/^facts: .*missing row$/),
  );
  expect(violations).toContainEqual(
    expect.stringMatching(/^letter .*: another value$/),
  );
  expect(counts).toEqual({
    produce: 2,
    orphan: 1,
    cut: 1,
    repartition: 1,
    delay: 1,
    restart_postgres: 1,
    roll_runner: 1,
    kill_runner: 1,
    late: 1,
    calm: 2,
  });
  // What is sent again may be late, too.
  expect(totals.late).toBeGreaterThanOrEqual(LATE_COUNT);
});
