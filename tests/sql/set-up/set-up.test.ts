import { expect, test } from "vitest";

import { setUpDatabase } from "#shared/adapters/postgres/set-up.ts";
import { loadStatement } from "#shared/sql.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const load = (name: string) => loadStatement(`queries/set-up/${name}`);
const registerTopic = load("register_topic");
const registerWindowSizes = load("register_window_sizes");
const readWindowSizes = load("read_window_sizes");

test("a topic is told its number of partitions, which grows and never shrinks", async () => {
  const counts: unknown[] = [];
  for (const count of [3, 5, 4]) {
    await database.run(registerTopic, ["new-topic", count]);
    counts.push(
      await database.list(
        "select partition_count, watermark from topic_watermarks where topic = 'new-topic'",
      ),
    );
  }

  expect(counts).toEqual([
    [[3, "-infinity"]],
    [[5, "-infinity"]],
    [[5, "-infinity"]],
  ]);
});

test("window sizes are stored once; a later start does not change them", async () => {
  await database.run(registerWindowSizes, [60_000, 120_000]);

  expect(await database.run(readWindowSizes)).toEqual([
    { window_kind: "minutes", window_size_ms: 300_000 },
    { window_kind: "hourly", window_size_ms: 3_600_000 },
  ]);
});

test("setting a database up again changes nothing", async () => {
  const before = await everything();

  await setUp({ windowSizeMs: 300_000, hourlyWindowSizeMs: 3_600_000 });

  expect(await everything()).toEqual(before);
});

test.for([
  [
    "STREAMING_WINDOW_SIZE",
    { windowSizeMs: 60_000, hourlyWindowSizeMs: 3_600_000 },
  ],
  [
    "STREAMING_HOURLY_WINDOW_SIZE",
    { windowSizeMs: 300_000, hourlyWindowSizeMs: 7_200_000 },
  ],
] as const)(
  "another %s than the stored one is refused",
  async ([setting, sizes]) => {
    await expect(setUp(sizes)).rejects.toMatchObject({
      code: "window_size_changed",
      message: expect.stringContaining(setting) as unknown,
    });
  },
);

function setUp(sizes: {
  readonly windowSizeMs: number;
  readonly hourlyWindowSizeMs: number;
}): Promise<void> {
  return setUpDatabase({
    databaseUrl: database.url("owner"),
    topics: [{ topic: "users", partitions: 3 }],
    ...sizes,
  });
}

async function everything(): Promise<unknown> {
  return [
    await database.list("select * from window_frontiers order by 1"),
    await database.list("select * from topic_watermarks order by 1"),
    await database.list("select * from partition_ledger order by 1, 2, 3"),
  ];
}
