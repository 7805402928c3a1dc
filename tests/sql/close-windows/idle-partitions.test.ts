import { expect, test } from "vitest";

import { loadStatement } from "#shared/sql.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const readLedgerEnds = loadStatement("queries/close-windows/read_ledger_ends");
const markIdle = loadStatement("queries/close-windows/mark_idle");

const TOPIC = "users";
const IDLE_MS = 30_000;

test("the ledger's ends follow the newest handled offset of the newest incarnation", async () => {
  await database.rows(
    `update partition_ledger set handled_offsets = '{[0,5),[7,9)}' where topic = $1 and partition = 0`,
    [TOPIC],
  );
  await database.rows(
    `insert into partition_ledger (topic, partition, incarnation, handled_offsets) values ($1, 1, 2, '{[0,2)}')`,
    [TOPIC],
  );

  expect(
    await database.list(
      `select partition, incarnation, next_offset, is_idle from (${readLedgerEnds.text}) e where $1 = $1`,
      [TOPIC, IDLE_MS],
    ),
  ).toEqual([
    [0, 1, 9, false],
    [1, 2, 2, false],
    [2, 1, 0, false],
  ]);
});

test("a partition is quiet once nothing was handled for the idle time-out", async () => {
  await database.rows(
    `update partition_ledger set handled_at = clock_timestamp() - make_interval(secs => 15 * partition) where topic = $1`,
    [TOPIC],
  );

  const ends = await database.run(readLedgerEnds, [TOPIC, IDLE_MS]);

  expect(ends.map((row) => row["is_quiet"])).toEqual([false, false, true]);
});

test("a partition is quiet, too, where its last record was handled by a clock that was put back by more than the time-out", async () => {
  await database.rows(
    `update partition_ledger set handled_at = clock_timestamp() + make_interval(secs => 20 * partition) where topic = $1`,
    [TOPIC],
  );

  const ends = await database.run(readLedgerEnds, [TOPIC, IDLE_MS]);

  expect(ends.map((row) => row["is_quiet"])).toEqual([false, false, true]);
});

test("marks the partitions that stand where they were seen, and no others", async () => {
  await database.rows(
    `update partition_ledger set handled_offsets = '{[0,9)}' where topic = $1`,
    [TOPIC],
  );

  const closer = await database.connect("closer");
  await closer.query(markIdle.text, [
    TOPIC,
    JSON.stringify([
      { partition: 0, incarnation: 1, next_offset: 9 },
      { partition: 1, incarnation: 1, next_offset: 8 },
      { partition: 2, incarnation: 2, next_offset: 9 },
    ]),
  ]);

  expect(
    await database.list(
      "select partition, is_idle from partition_ledger where topic = $1 order by 1",
      [TOPIC],
    ),
  ).toEqual([
    [0, true],
    [1, false],
    [2, false],
  ]);
});

test("marks a partition that is empty and was never delivered", async () => {
  await database.run(markIdle, [
    TOPIC,
    JSON.stringify([{ partition: 1, incarnation: 1, next_offset: 0 }]),
  ]);

  expect(
    await database.list(
      "select partition from partition_ledger where topic = $1 and is_idle",
      [TOPIC],
    ),
  ).toEqual([[1]]);
});
