import { expect, test } from "vitest";

import { loadStatement } from "#shared/sql.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const storeDeadLetters = loadStatement(
  "queries/dead-letter/store_dead_letters",
);

const LETTER = {
  ordinal: 0,
  source_topic: "stream-events",
  source_partition: 3,
  source_offset: 42,
  source_timestamp_ms: 1_768_478_400_123,
  payload_sha256: toBase64("hash"),
  reason: "unknown_reference",
  detail: "expected these to exist: users 9",
  missing_references: [{ dimension: "users", id: 9 }],
  attempt: 2,
  first_seen_at: "2026-01-14T11:59:59.000001Z",
  handler_version: "7",
  origin: "stream-events-3-17",
  event_id: "00000000-0000-7000-8000-000000000001",
  original_key: toBase64("key"),
  original_value: toBase64("\u0000value"),
  original_headers: [["trace", toBase64("abc")]],
};

test("a letter is stored with its original bytes", async () => {
  expect(await store([LETTER])).toEqual([0]);

  expect(
    await database.rows(
      `select source_topic, source_partition, source_offset, source_timestamp, payload_sha256, reason, detail,
         missing_references, attempt, first_seen_at, handler_version, origin, event_id, original_key, original_value, original_headers, state
       from dead_letters`,
    ),
  ).toEqual([
    {
      source_topic: "stream-events",
      source_partition: 3,
      source_offset: 42,
      source_timestamp: "2026-01-15 12:00:00.123+00",
      payload_sha256: Buffer.from("hash"),
      reason: "unknown_reference",
      detail: "expected these to exist: users 9",
      missing_references: [{ dimension: "users", id: 9 }],
      attempt: 2,
      first_seen_at: "2026-01-14 11:59:59.000001+00",
      handler_version: "7",
      origin: "stream-events-3-17",
      event_id: "00000000-0000-7000-8000-000000000001",
      original_key: Buffer.from("key"),
      original_value: Buffer.from("\u0000value"),
      original_headers: [["trace", toBase64("abc")]],
      state: "waiting",
    },
  ]);
});

test("an absent key and an absent value stay absent, empty ones stay empty", async () => {
  await store([
    { ...LETTER, original_key: null, original_value: "" },
    { ...LETTER, source_offset: 43, original_key: "", original_value: null },
  ]);

  expect(
    await database.list(
      "select original_key, original_value from dead_letters order by source_offset",
    ),
  ).toEqual([
    [null, Buffer.alloc(0)],
    [Buffer.alloc(0), null],
  ]);
});

test("a second copy is absorbed, also one that says otherwise", async () => {
  await store([LETTER]);

  expect(
    await store([{ ...LETTER, reason: "invalid_schema", attempt: 1 }]),
  ).toEqual([]);
  expect(await database.list("select reason from dead_letters")).toEqual([
    ["unknown_reference"],
  ]);
});

test("two copies at once are one letter, the first of them", async () => {
  expect(
    await store([
      { ...LETTER, ordinal: 1 },
      { ...LETTER, ordinal: 0 },
    ]),
  ).toEqual([0]);
  expect(await database.rows("select from dead_letters")).toHaveLength(1);
});

test.for([
  ["another topic", { source_topic: "users" }],
  ["another partition", { source_partition: 4 }],
  ["another offset", { source_offset: 43 }],
  [
    "another record time, as in a topic that was made anew",
    { source_timestamp_ms: 1_768_478_400_124 },
  ],
  ["other bytes", { payload_sha256: toBase64("other") }],
] as const)(
  "%s is another letter, told apart also from its neighbour of the same micro-batch",
  async ([, difference]) => {
    await store([LETTER]);

    expect(
      await store([LETTER, { ...LETTER, ordinal: 1, ...difference }]),
    ).toEqual([1]);

    await database.rows("delete from dead_letters");
    expect(
      await store([LETTER, { ...LETTER, ordinal: 1, ...difference }]),
    ).toEqual([0, 1]);
  },
);

async function store(letters: readonly object[]): Promise<unknown[]> {
  const ingest = await database.connect("ingest");
  const { rows } = await ingest.query<{ ordinal: number }>(
    storeDeadLetters.text,
    [JSON.stringify(letters)],
  );
  return rows.map(({ ordinal }) => ordinal);
}

function toBase64(text: string): string {
  return Buffer.from(text).toString("base64");
}
