import { describe, expect, test } from "vitest";

import { loadStatement } from "#shared/sql.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const load = (name: string) => loadStatement(`queries/ledger/${name}`);
const lockPartitions = load("lock_partitions");
const recordOutcomes = load("record_outcomes");
const registerPartitions = load("register_partitions");

const TOPIC = "users";
const CHANGE = {
  partition: 0,
  incarnation: 1,
  handled_offsets: "{[0,3),[5,6)}",
  accepted_count: 2,
  duplicate_count: 1,
  redelivered_count: 0,
  late_count: 1,
  rejected_counts: { malformed_json: 1 },
  newest_event_micros: 1_768_478_400_000_001,
  newest_record_ms: 1_768_478_400_002,
};

describe("lock_partitions", () => {
  test("returns every incarnation of the partitions asked for, in order", async () => {
    await database.rows(
      `insert into partition_ledger (topic, partition, incarnation, handled_offsets, newest_record_at)
       values ($1, 1, 2, '{[3,4)}', '2026-01-15 12:00:00.123+00')`,
      [TOPIC],
    );

    const rows = await database.run(lockPartitions, [TOPIC, [2, 1]]);

    expect(rows).toEqual([
      {
        partition: 1,
        incarnation: 1,
        handled_offsets: "{}",
        rejected_counts: {},
        newest_record_ms: null,
      },
      {
        partition: 1,
        incarnation: 2,
        handled_offsets: "{[3,4)}",
        rejected_counts: {},
        newest_record_ms: 1_768_478_400_123,
      },
      {
        partition: 2,
        incarnation: 1,
        handled_offsets: "{}",
        rejected_counts: {},
        newest_record_ms: null,
      },
    ]);
  });

  test("makes another micro-batch of the same partition wait until the commit", async () => {
    const [first, second] = [
      await database.connect("ingest"),
      await database.connect("ingest"),
    ];
    await first.query("begin");
    await first.query(lockPartitions.text, [TOPIC, [0]]);
    await second.query("begin; set local lock_timeout = '50ms'");

    await expect(
      second.query(lockPartitions.text, [TOPIC, [0, 1]]),
    ).rejects.toMatchObject({ code: "55P03" });
  });
});

describe("record_outcomes", () => {
  test("adds counts and offsets to what is there", async () => {
    await record([CHANGE]);
    await record([
      {
        ...CHANGE,
        handled_offsets: "{[3,5)}",
        rejected_counts: { malformed_json: 1, unknown_reference: 4 },
      },
    ]);

    expect(await ledgerOf(0)).toEqual([
      [1, "{[0,6)}", 4, 2, 0, 2, { malformed_json: 1, unknown_reference: 4 }],
    ]);
  });

  test("keeps the newest times, whatever comes after", async () => {
    await record([CHANGE]);
    await record([
      { ...CHANGE, newest_event_micros: null, newest_record_ms: 1 },
    ]);
    await record([{ ...CHANGE, newest_event_micros: -5, newest_record_ms: 2 }]);

    expect(
      await database.list(
        "select newest_event_at, newest_record_at from partition_ledger where topic = $1 and partition = 0",
        [TOPIC],
      ),
    ).toEqual([
      ["2026-01-15 12:00:00.000001+00", "2026-01-15 12:00:00.002+00"],
    ]);
  });

  test("ends idleness, also by a record that was handled before", async () => {
    await record([CHANGE]);
    await database.rows("update partition_ledger set is_idle = true");

    await record([{ ...CHANGE, handled_offsets: "{}" }]);

    expect(
      await database.list(
        "select partition, is_idle from partition_ledger where topic = $1 order by 1",
        [TOPIC],
      ),
    ).toEqual([
      [0, false],
      [1, true],
      [2, true],
    ]);
  });

  test("begins a row for a new incarnation and leaves the old one", async () => {
    await record([CHANGE]);

    await record([{ ...CHANGE, incarnation: 2, handled_offsets: "{[0,1)}" }]);

    expect(await ledgerOf(0)).toEqual([
      [1, "{[0,3),[5,6)}", 2, 1, 0, 1, { malformed_json: 1 }],
      [2, "{[0,1)}", 2, 1, 0, 1, { malformed_json: 1 }],
    ]);
  });
});

test("register_partitions gives new partitions a row and leaves the others", async () => {
  await record([CHANGE]);
  await record([{ ...CHANGE, partition: 1, incarnation: 2 }]);
  await database.rows(
    "delete from partition_ledger where topic = $1 and partition = 1 and incarnation = 1",
    [TOPIC],
  );

  await database.run(registerPartitions, [TOPIC, [0, 1, 2, 3]]);

  expect(
    await database.list(
      "select partition, incarnation, accepted_count from partition_ledger where topic = $1 order by 1, 2",
      [TOPIC],
    ),
  ).toEqual([
    [0, 1, 2],
    [1, 2, 2],
    [2, 1, 0],
    [3, 1, 0],
  ]);
  await database.rows(
    "update partition_ledger set incarnation = 1 where topic = $1 and partition = 1",
    [TOPIC],
  );
});

function record(changes: readonly object[]) {
  return database.run(recordOutcomes, [TOPIC, JSON.stringify(changes)]);
}

function ledgerOf(partition: number) {
  return database.list(
    `select incarnation, handled_offsets::text, accepted_count, duplicate_count, redelivered_count, late_count, rejected_counts
     from partition_ledger where topic = $1 and partition = $2 order by 1`,
    [TOPIC, partition],
  );
}
