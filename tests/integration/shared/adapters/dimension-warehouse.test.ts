import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { splitDimensionRecords } from "#functions/load-dimensions/split-dimension-records.ts";
import { createDimensionWarehouse } from "#shared/adapters/postgres/dimension-warehouse.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";
import type { Rejection } from "#shared/domain/rejection.ts";
import { type Dimension, DIMENSIONS } from "#shared/domain/topics.ts";
import { nameOutcomes } from "#tests/support/races/open-stores.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
let warehouse: ReturnType<typeof createDimensionWarehouse> | undefined;

/** Beyond the ids that the database has from the start. */
const ID = 500;

beforeEach(async () => {
  warehouse = createDimensionWarehouse({
    databaseUrl: database.url("ingest"),
    applicationName: "test",
    transactionTimeoutMs: 10_000,
  });
  for (const dimension of ["albums", ...DIMENSIONS])
    await database.rows(
      `delete from ${dimension} where ${dimension.slice(0, -1)}_id >= ${ID}`,
    );
});
afterEach(() => warehouse?.close());

describe("every column of a record reaches its row", () => {
  test.for([
    [
      "users",
      {
        username: "ada",
        age: 36,
        gender: "female",
        subscription_type: "premium",
        registration_date: "2026-01-01T01:00:00.5+01:00",
        country: "GB",
      },
      { registration_date: "2026-01-01 00:00:00.5+00" },
    ],
    [
      "artists",
      { name: "Nena", country: "DE", genre: "pop", is_band: true },
      {},
    ],
    [
      "albums",
      {
        title: "99",
        artist_id: 3,
        release_date: "2024-02-29",
        total_tracks: 12,
        album_type: "single",
      },
      {},
    ],
    [
      "songs",
      {
        title: "Eins",
        duration_seconds: 180,
        release_date: "1983-02-01",
        genre: "pop",
        language: "de",
        explicit: false,
      },
      {},
    ],
    [
      "devices",
      { device_type: "tv", os: "x", browser: "y", app_version: "1.2" },
      {},
    ],
    [
      "locations",
      {
        country: "DE",
        region: "BE",
        city: "Berlin",
        timezone: "Europe/Berlin",
      },
      {},
    ],
  ] as const)("of %s", async ([dimension, row, stored]) => {
    const key = `${dimension.slice(0, -1)}_id`;

    const { outcomes } = await apply(dimension, [
      record(dimension, { [key]: ID, ...row }),
    ]);

    expect(outcomes).toEqual(["accepted"]);
    expect(
      await database.rows(`select * from ${dimension} where ${key} = ${ID}`),
    ).toEqual([
      {
        [key]: ID,
        ...row,
        ...stored,
        version_at: "2026-01-10 00:00:00+00",
        version_partition: 0,
        version_offset: 0,
        deleted_at: null,
      },
    ]);
  });
});

test("of several versions in one micro-batch the newest is applied, and all are accepted", async () => {
  const { outcomes } = await apply("artists", [
    record("artists", { artist_id: ID, name: "first" }, 0),
    record("artists", { artist_id: ID, name: "last" }, 2),
    record("artists", { artist_id: ID, name: "second" }, 1),
  ]);

  expect(outcomes).toEqual(["accepted", "accepted", "accepted"]);
  expect(await artistNames()).toEqual([["last"]]);
});

test("an older version in a later micro-batch changes nothing", async () => {
  await apply("artists", [
    record("artists", { artist_id: ID, name: "new" }, 5),
  ]);

  await apply("artists", [
    record("artists", { artist_id: ID, name: "old" }, 4),
  ]);

  expect(await artistNames()).toEqual([["new"]]);
});

test("an album without its artist is rejected with the reference, its neighbours are not", async () => {
  const { outcomes, rejections } = await apply("albums", [
    record("albums", { album_id: ID, title: "a", artist_id: ID }, 0),
    record("albums", { album_id: ID + 1, title: "b", artist_id: 1 }, 1),
    tombstone("albums", ID + 2, 2),
  ]);

  expect(outcomes).toEqual(["unknown_reference", "accepted", "accepted"]);
  expect(rejections).toMatchObject([
    {
      detail: `expected these to exist: artists ${ID}`,
      missingReferences: [{ dimension: "artists", id: ID }],
    },
  ]);
  expect(
    await database.list(
      `select album_id, deleted_at is null from albums where album_id >= ${ID} order by 1`,
    ),
  ).toEqual([
    [ID + 1, true],
    [ID + 2, false],
  ]);
});

test("an album of a deleted artist is accepted", async () => {
  await apply("artists", [tombstone("artists", ID)]);

  const { outcomes } = await apply("albums", [
    record("albums", { album_id: ID, title: "a", artist_id: ID }),
  ]);

  expect(outcomes).toEqual(["accepted"]);
});

test("a bad record is rejected and published before anything is committed", async () => {
  const records = [
    record("artists", { artist_id: ID, name: "good" }, 0),
    record("artists", { artist_id: ID, name: 7 }, 1),
  ];

  await expect(
    warehouse?.applyDimensionBatch(
      splitDimensionRecords("artists", records),
      () => Promise.reject(new Error("Kafka is down")),
    ),
  ).rejects.toThrow("Kafka is down");

  expect(await artistNames()).toEqual([]);
  const { outcomes } = await apply("artists", records);
  expect(outcomes).toEqual(["accepted", "invalid_schema"]);
  expect(await artistNames()).toEqual([["good"]]);
  expect(
    await database.list(
      "select handled_offsets::text, accepted_count, rejected_counts from partition_ledger where topic = 'artists' and partition = 0",
    ),
  ).toEqual([["{[0,2)}", 1, { invalid_schema: 1 }]]);
});

async function apply(dimension: Dimension, records: readonly KafkaRecord[]) {
  const rejections: Rejection[] = [];
  const outcomes = await warehouse?.applyDimensionBatch(
    splitDimensionRecords(dimension, records),
    async (published) => {
      rejections.push(...published);
    },
  );
  return { outcomes: nameOutcomes(outcomes ?? []), rejections };
}

function record(
  dimension: Dimension,
  row: Readonly<Record<string, unknown>>,
  offset = 0,
): KafkaRecord {
  const id = String(row[`${dimension.slice(0, -1)}_id`]);
  return {
    ...tombstone(dimension, Number(id), offset),
    value: Buffer.from(JSON.stringify(row)),
  };
}

function tombstone(dimension: Dimension, id: number, offset = 0): KafkaRecord {
  return {
    topic: dimension,
    partition: 0,
    offset,
    timestampMs: Date.UTC(2026, 0, 10) + offset,
    key: Buffer.from(String(id)),
    value: null,
    headers: [],
  };
}

function artistNames() {
  return database.list(`select name from artists where artist_id = ${ID}`);
}
