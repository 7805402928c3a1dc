import { beforeEach, expect, test } from "vitest";

import { migrate } from "#shared/adapters/postgres/migrate.ts";
import {
  setUpDatabase,
  type SetUpOptions,
} from "#shared/adapters/postgres/set-up.ts";
import { withClient } from "#tests/support/with-client.ts";
import { createDatabase } from "#tests/support/servers.ts";

const TABLES = ["window_frontiers", "topic_watermarks", "partition_ledger"];
const SIZES = { windowSizeMs: 5 * 60_000, hourlyWindowSizeMs: 60 * 60_000 };
const TOPICS = [
  { topic: "stream-events", partitions: 3 },
  { topic: "users", partitions: 2 },
];
let databaseUrl: string;

beforeEach(async () => {
  databaseUrl = (await createDatabase()).urls.owner;
  await migrate({ databaseUrl });
});

test("a migrated database is told the window sizes, the topics and their partitions", async () => {
  await setUp();

  expect(
    await readRows(
      "select window_kind, window_size::text from window_frontiers order by window_kind",
    ),
  ).toEqual([
    { window_kind: "hourly", window_size: "01:00:00" },
    { window_kind: "minutes", window_size: "00:05:00" },
  ]);
  expect(
    await readRows(
      "select topic, partition_count from topic_watermarks order by topic",
    ),
  ).toEqual([
    { topic: "stream-events", partition_count: 3 },
    { topic: "users", partition_count: 2 },
  ]);
  expect(
    await readRows(
      "select topic, array_agg(partition order by partition) as partitions from partition_ledger group by topic order by topic",
    ),
  ).toEqual([
    { topic: "stream-events", partitions: [0, 1, 2] },
    { topic: "users", partitions: [0, 1] },
  ]);
});

test("a second run changes nothing", async () => {
  await setUp();
  const before = await readTables();

  await setUp();

  expect(await readTables()).toEqual(before);
});

test("two runs at once set the database up as one does", async () => {
  await Promise.all([setUp(), setUp()]);
  const together = await readTables();

  await setUp();

  expect(together.partition_ledger).toHaveLength(5);
  expect(await readTables()).toEqual(together);
});

test("a topic that has grown gets ledger rows for its new partitions, and one that shrank keeps its own", async () => {
  await setUp();

  await setUp({
    topics: [
      { topic: "stream-events", partitions: 4 },
      { topic: "users", partitions: 1 },
    ],
  });

  expect(
    await readRows(
      "select w.topic, w.partition_count, count(*)::integer as rows from topic_watermarks w join partition_ledger l on l.topic = w.topic group by w.topic, w.partition_count order by w.topic",
    ),
  ).toEqual([
    { topic: "stream-events", partition_count: 4, rows: 4 },
    { topic: "users", partition_count: 2, rows: 2 },
  ]);
});

test.for([
  [
    { windowSizeMs: 10 * 60_000 },
    "STREAMING_WINDOW_SIZE is 600s, but this database holds windows of 300s. Set STREAMING_WINDOW_SIZE=300s",
  ],
  [
    { hourlyWindowSizeMs: 30 * 60_000 },
    "STREAMING_HOURLY_WINDOW_SIZE is 1800s, but this database holds windows of 3600s. Set STREAMING_HOURLY_WINDOW_SIZE=3600s",
  ],
] as const)(
  "another window size is refused with the stored one: %j",
  async ([sizes, message]) => {
    await setUp();
    const before = await readTables();

    const attempt = setUp({
      ...sizes,
      topics: [{ topic: "albums", partitions: 3 }],
    });

    await expect(attempt).rejects.toMatchObject({
      name: "PipelineError",
      code: "window_size_changed",
      domain: "user",
      retry: false,
      message: expect.stringContaining(message),
    });
    expect(await readTables()).toEqual(before);
  },
);

test("the advice of the refusal is one that the settings take", async () => {
  await setUp({ windowSizeMs: 1500 });

  const attempt = setUp();

  await expect(attempt).rejects.toThrow("STREAMING_WINDOW_SIZE=1.5s");
});

test("a database that is not migrated is refused with what is missing", async () => {
  databaseUrl = (await createDatabase()).urls.owner;

  await expect(setUp()).rejects.toMatchObject({
    name: "PipelineError",
    message: expect.stringContaining("window_frontiers"),
  });
});

test("no connection is left behind, whether it succeeds or not", async () => {
  await setUp();
  await expect(setUp({ windowSizeMs: 1 })).rejects.toThrow(
    "STREAMING_WINDOW_SIZE",
  );

  await expect
    .poll(() =>
      readRows(
        "select pid from pg_stat_activity where application_name = 'set-up' and datname = current_database()",
      ),
    )
    .toEqual([]);
});

function setUp(options: Partial<SetUpOptions> = {}): Promise<void> {
  return setUpDatabase({ databaseUrl, topics: TOPICS, ...SIZES, ...options });
}

async function readRows(text: string): Promise<unknown[]> {
  const { rows } = await withClient(databaseUrl, (client) =>
    client.query<Record<string, unknown>>(text),
  );
  return rows;
}

/** All that a set-up writes, by table. */
async function readTables(): Promise<Record<string, unknown[]>> {
  const tables: Record<string, unknown[]> = {};
  for (const table of TABLES)
    tables[table] = await readRows(
      `select t.* from ${table} t order by t::text`,
    );
  return tables;
}
