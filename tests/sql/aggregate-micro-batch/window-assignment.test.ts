import * as fc from "fast-check";
import { expect, test } from "vitest";

import { loadStatement } from "#shared/sql.ts";
import { emptyTables } from "#tests/support/rows/empty-tables.ts";
import { stagePlays } from "#tests/support/rows/stage-plays.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const { text: insertFacts } = loadStatement(
  "queries/aggregate-micro-batch/insert_facts",
);
/** Where the statement bins a play's time. */
const BINNED = 'i."timestamp",';
const SIZES = { hourly: 3_600_000_000n, minutes: 300_000_000n };

test("every play counts in the one window of each size that begins at or before it and ends after it, in any century", async () => {
  const report = await fc.check(isInItsWindows(insertFacts), { numRuns: 60 });

  expect(await fc.asyncDefaultReportMessage(report)).toBeUndefined();
});

/** Other rules by which a play's time could be binned. */
test.for([
  [
    "windows that hold their end, not their start",
    `i."timestamp" - interval '1 microsecond'`,
  ],
  [
    "plays that go to the nearest window",
    `i."timestamp" + interval '150 seconds'`,
  ],
  [
    "times that lose their microseconds by rounding",
    `date_trunc('second', i."timestamp" + interval '0.5 seconds')`,
  ],
] as const)("the property finds %s", async ([, binned]) => {
  const text = insertFacts.replaceAll(BINNED, `${binned},`);
  expect(text).not.toBe(insertFacts);
  // It runs, so that what is found is not that it does not.
  await insertPlays(text, [1n]);

  const { failed } = await fc.check(isInItsWindows(text), {
    numRuns: 200,
    endOnFailure: true,
  });

  expect(failed).toBe(true);
});

/** Borders of windows, and any times, by how many microseconds they are off. */
const time = fc
  .tuple(
    fc.integer({ min: -90 * 12, max: 150 * 12 }),
    fc.oneof(
      fc.constantFrom(-1, 0, 1),
      fc.integer({ min: -150_000_000, max: 150_000_000 }),
    ),
  )
  // About a month and a third of a window of minutes each.
  .map(
    ([months, micros]) => BigInt(months) * 2_630_100_000_000n + BigInt(micros),
  )
  .chain((near) =>
    fc
      .boolean()
      .map((isAtBorder) =>
        isAtBorder ? near - modulo(near, SIZES.minutes) : near,
      ),
  );

function isInItsWindows(text: string) {
  return fc.asyncProperty(
    fc.array(time, { minLength: 1, maxLength: 12 }),
    async (times) => {
      await insertPlays(text, times);

      expect(
        await database.list(
          `select window_kind || ' ' || (extract(epoch from window_start) * 1000000)::bigint, stream_count
           from window_partials order by 1`,
        ),
      ).toEqual(countByWindow(times));
    },
  );
}

async function insertPlays(
  text: string,
  times: readonly bigint[],
): Promise<void> {
  await emptyTables(database.owner);
  await stagePlays(
    database.owner,
    times.map((micros, index) => ({ id: index + 1, at: format(micros) })),
  );
  await database.owner.query(text, [[]]);
  await database.owner.query("commit");
}

function countByWindow(times: readonly bigint[]): [string, number][] {
  const counts = new Map<string, number>();
  for (const [kind, size] of Object.entries(SIZES))
    for (const micros of times) {
      const key = `${kind} ${micros - modulo(micros, size)}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  return [...counts].toSorted(([a], [b]) => (a < b ? -1 : 1));
}

/** Never negative, unlike `%`. */
const modulo = (value: bigint, by: bigint): bigint => ((value % by) + by) % by;

function format(micros: bigint): string {
  const rest = modulo(micros, 1_000_000n);
  return new Date(Number((micros - rest) / 1000n))
    .toISOString()
    .replace(".000Z", `.${String(rest).padStart(6, "0")}Z`);
}
