import * as fc from "fast-check";
import { expect, test } from "vitest";

import { loadStatement } from "#shared/sql.ts";
import { emptyTables } from "#tests/support/rows/empty-tables.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const { text: advanceWatermark } = loadStatement(
  "queries/close-windows/advance_watermark",
);
const TOPIC = "stream-events";
const PARTITIONS = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9];
const LATENESS_MINUTES = 10;
/** Minutes since noon of 2026-01-15, long ago for the database's clock. */
type Minutes = number;

interface Stand {
  readonly newest: readonly (Minutes | null)[];
  readonly idle: readonly boolean[];
  /** Starts of hours, since noon, that hold plays. */
  readonly hours: readonly number[];
  readonly watermark: Minutes | null;
}

test("the watermark is the oldest of the newest event times of those partitions that are not idle, less the lateness, and never goes back", async () => {
  const report = await fc.check(movesAsExpected(advanceWatermark), {
    numRuns: 200,
  });

  expect(await fc.asyncDefaultReportMessage(report)).toBeUndefined();
});

test.for([
  [
    "one that follows the fastest partition",
    "else min(newest",
    "else max(newest",
  ],
  [
    "one that goes back",
    "and c.watermark > w.watermark",
    "and c.watermark is not null",
  ],
  [
    "one that does not wait for silent partitions",
    "bool_or(newest_event_at is null)",
    "bool_and(newest_event_at is null)",
  ],
  [
    "one that idle partitions hold back",
    "then null\n        else min(newest_event_at) filter (\n          where\n            not is_idle\n        )",
    "then null\n        else min(newest_event_at)",
  ],
  [
    "one that goes by the newest window's start",
    "max(p.window_start + f.window_size)",
    "max(p.window_start)",
  ],
] as const)("the property finds %s", async ([, right, wrong]) => {
  const text = advanceWatermark.replace(right, wrong);
  expect(text).not.toBe(advanceWatermark);
  // It runs, so that what is found is not that it does not.
  await database.rows(text, [TOPIC, LATENESS_MINUTES * 60_000]);

  const { failed } = await fc.check(movesAsExpected(text), {
    numRuns: 2000,
    endOnFailure: true,
  });

  expect(failed).toBe(true);
});

const minutes = fc.integer({ min: -600, max: 600 });
const stand: fc.Arbitrary<Stand> = fc.record({
  // Mostly all have delivered, and mostly all are busy or all are idle: else nearly every stand would be the same case.
  newest: fc.oneof(
    fc.array(minutes, allPartitions()),
    fc.array(fc.option(minutes, { freq: 10 }), allPartitions()),
  ),
  idle: fc.oneof(
    fc.constant(PARTITIONS.map(() => true)),
    fc.array(fc.boolean(), allPartitions()),
  ),
  hours: fc.array(fc.integer({ min: -10, max: 10 }), { maxLength: 3 }),
  watermark: fc.option(minutes),
});

function allPartitions() {
  return { minLength: PARTITIONS.length, maxLength: PARTITIONS.length };
}

/** The definition of design.md, "Watermark and closing". */
function expectWatermark({ newest, idle, hours, watermark }: Stand): number {
  const busy = newest.filter((_, partition) => idle[partition] === false);
  const candidate = () => {
    // The last windows of a stopped stream close; where none holds plays, there is nothing to close.
    if (busy.length === 0)
      return Math.max(...hours.map((hour) => (hour + 1) * 60));
    return Math.min(...busy.map((at) => at ?? -Infinity)) - LATENESS_MINUTES;
  };
  return Math.max(watermark ?? -Infinity, candidate());
}

function movesAsExpected(text: string) {
  return fc.asyncProperty(stand, async (given) => {
    await emptyTables(database.owner);
    await arrange(given);

    await database.rows(text, [TOPIC, LATENESS_MINUTES * 60_000]);

    expect(
      await database.list(
        `select (extract(epoch from watermark - timestamptz '2026-01-15 12:00+00') / 60)::float8
         from topic_watermarks where topic = $1`,
        [TOPIC],
      ),
    ).toEqual([[expectWatermark(given)]]);
  });
}

async function arrange({ newest, idle, hours, watermark }: Stand) {
  await database.rows(
    `update partition_ledger set
       newest_event_at = ${at("($2::float8[])[partition + 1]")},
       is_idle = ($3::boolean[])[partition + 1]
     where topic = $1`,
    [TOPIC, newest, idle],
  );
  await database.rows(
    `insert into window_partials (window_kind, window_start, stream_count)
     select 'hourly', ${at("hour * 60")}, 1 from unnest($1::float8[]) as hour`,
    [hours],
  );
  await database.rows(
    `update topic_watermarks set watermark = coalesce(${at("$2::float8")}, '-infinity') where topic = $1`,
    [TOPIC, watermark],
  );
}

const at = (minutesText: string): string =>
  `timestamptz '2026-01-15 12:00+00' + ${minutesText} * interval '1 minute'`;
