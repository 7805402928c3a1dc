import { expect, test } from "vitest";

import { loadStatement } from "#shared/sql.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const beginAttempt = loadStatement("queries/record-attempts/begin_attempt");
const endAttempt = loadStatement("queries/record-attempts/end_attempt");

const RECORD = ["stream-events", 3, 42, 1_768_485_600_000, Buffer.of(1)];
/** Each differs from the record in one part of its identity. */
const OTHERS = [
  ["users", 3, 42, 1_768_485_600_000, Buffer.of(1)],
  ["stream-events", 4, 42, 1_768_485_600_000, Buffer.of(1)],
  ["stream-events", 3, 43, 1_768_485_600_000, Buffer.of(1)],
  ["stream-events", 3, 42, 1_768_485_600_001, Buffer.of(1)],
  ["stream-events", 3, 42, 1_768_485_600_000, Buffer.of(2)],
];

test("attempts are counted per record", async () => {
  for (const record of [RECORD, ...OTHERS]) await begin(record);

  expect(await begin(RECORD)).toBe(2);
  expect(await begin(RECORD)).toBe(3);
});

test("the end of an attempt forgets those of its record only, and may come twice", async () => {
  for (const record of [RECORD, RECORD, ...OTHERS]) await begin(record);

  await database.run(endAttempt, RECORD);
  await database.run(endAttempt, RECORD);

  expect(await begin(RECORD)).toBe(1);
  for (const other of OTHERS) expect(await begin(other)).toBe(2);
});

test("attempts are forgotten after fourteen days, but not those at the record that comes", async () => {
  for (const record of [RECORD, ...OTHERS.slice(0, 3)]) await begin(record);
  await database.rows(
    `update record_attempts set attempted_at = now() - interval '14 days'
     where (source_topic, source_partition, source_offset) <> ('users', 3, 42)`,
  );

  expect(await begin(RECORD)).toBe(2);

  expect(
    await database.list(
      "select source_topic, source_partition from record_attempts order by 1",
    ),
  ).toEqual([
    ["stream-events", 3],
    ["users", 3],
  ]);
});

async function begin(record: readonly unknown[]): Promise<unknown> {
  const [row] = await database.run(beginAttempt, record);
  return row?.attempt_count;
}
