import { afterAll, beforeAll, expect, it } from "vitest";

import { redriveLetters } from "#compose/dead-letters/redrive-letters.ts";
import type { Connections } from "#compose/embedded/connection-env.ts";
import { systemClock } from "#compose/event-source-mapping/clock.ts";
import type { FieldChange } from "#shared/domain/field-change.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { compareTables } from "#tests/support/oracle/compare-tables.ts";
import { expectTables } from "#tests/support/oracle/expect-tables.ts";
import { listDifferences } from "#tests/support/pipeline/list-differences.ts";
import { makePlayJson } from "#tests/support/pipeline/make-plays.ts";
import { POISON_RECORDS } from "#tests/support/pipeline/poison-records.ts";
import {
  METRIC_NAMES,
  readTables,
  selectRows,
} from "#tests/support/pipeline/read-tables.ts";
import { openScene, type Scene } from "#tests/support/pipeline/scene.ts";
import type {
  OutgoingRecord,
  TopicRecord,
} from "#tests/support/pipeline/topic-client.ts";

const PARTITION = 3;
/** What makes plays of some bad records, as it is typed. */
const MENDS: Readonly<Record<string, FieldChange>> = {
  "an id that is no uuid": { field: "event_id", text: crypto.randomUUID() },
  "an integer that overflows": { field: "song_id", text: "2" },
  "text for an integer": { field: "user_id", text: "3" },
  "a number for a flag": { field: "is_liked", text: "true" },
  "a missing field": { field: "is_shared", text: "true" },
  "a negative duration": { field: "stream_duration_seconds", text: "7" },
  "a day that does not exist": {
    field: "timestamp",
    text: "2026-03-01T13:00:00Z",
  },
  "the year 2099": { field: "timestamp", text: "2026-03-01T14:00:00+01:00" },
  "a user that does not exist": { field: "user_id", text: "4" },
};

let scene: Scene;
let database: Connections;
let databaseUrl: string;
const neighbourIds: string[] = [];
/** Reasons by offset. */
let letters: Map<number, string>;
let factIds: Set<string>;

beforeAll(async () => {
  scene = await openScene();
  // A good play before and after each bad record, all on one partition: who stops at a bad one loses the next.
  const records = POISON_RECORDS.flatMap(
    ({ key = "key", value, headers = {} }) => [
      makeNeighbour(),
      { key, value, headers, partition: PARTITION },
    ],
  );
  await scene.topics.send(
    STREAM_EVENTS_TOPIC,
    [...records, makeNeighbour()],
    20,
  );
  database = await scene.beginAnew();
  databaseUrl = database.databaseUrls.owner;
  await scene.withPipeline(database, {}, (pipeline) => pipeline.drain());
  const rows = await selectRows<{ offset: number; reason: string }>(
    databaseUrl,
    `select source_offset::integer as offset, reason from dead_letters`,
  );
  letters = new Map(rows.map(({ offset, reason }) => [offset, reason]));
  const facts = await selectRows<{ event_id: string }>(
    databaseUrl,
    "select event_id::text from stream_events",
  );
  factIds = new Set(facts.map(({ event_id: eventId }) => eventId));
});
afterAll(() => scene?.close());

it.each(POISON_RECORDS.map((record, index) => ({ ...record, index })))(
  "$name: $outcome",
  ({ index, eventId, outcome }) => {
    const offset = 2 * index + 1;

    expect(letters.get(offset) ?? "accepted").toBe(outcome);
    expect(factIds.has(eventId)).toBe(outcome === "accepted");
  },
);

it("every good play beside a bad record lands", () => {
  expect(neighbourIds.filter((id) => !factIds.has(id))).toEqual([]);
});

it("tables, ledger and dead letters are the oracle's, and every letter holds the original bytes", async () => {
  const records = await scene.readRecords();

  expect(
    await listDifferences(databaseUrl, records, await expectTables(records)),
  ).toEqual([]);
});

it("a letter names each reference that is missing", async () => {
  const rows = await selectRows<{ missing: unknown }>(
    databaseUrl,
    `select missing_references as missing from dead_letters
     where reason = 'unknown_reference' order by jsonb_array_length(missing_references)`,
  );

  expect(rows.map(({ missing }) => missing)).toEqual([
    [{ dimension: "users", id: 2_147_483_647 }],
    [
      { dimension: "albums", id: 999_999 },
      { dimension: "songs", id: 2_147_483_647 },
    ],
    [
      { dimension: "users", id: 900_001 },
      { dimension: "artists", id: 900_003 },
      { dimension: "albums", id: 900_004 },
      { dimension: "songs", id: 900_002 },
      { dimension: "devices", id: 900_005 },
      { dimension: "locations", id: 900_006 },
    ],
  ]);
});

it("plays that an operator has mended give every table what they would have given at first", async () => {
  const records = await scene.readRecords();
  const ids: string[] = [];

  await scene.withPipeline(database, {}, async (pipeline) => {
    for (const [name, change] of Object.entries(MENDS)) {
      const [letter] = await selectRows<{ id: string }>(
        databaseUrl,
        "select dead_letter_id::text as id from dead_letters where source_offset = $1",
        [offsetOf(name)],
      );
      const results = await redriveLetters(
        [{ id: letter?.id ?? "", byteCount: 0 }],
        {
          kafkaBootstrapServers: database.kafkaBootstrapServers,
          databaseUrl: database.databaseUrls.ingest,
          states: ["waiting"],
          changes: [change],
          action: { actor: "ann", note: null },
          isDryRun: false,
          clock: systemClock,
          signal: new AbortController().signal,
        },
      );
      expect({ name, results }).toMatchObject({
        name,
        results: [{ kind: "redriven" }],
      });
      ids.push(letter?.id ?? "");
    }
    await pipeline.drain();
  });

  const expected = await expectTables(records.map(mendRecordOf));
  const tables = await readTables(databaseUrl);
  for (const name of [...METRIC_NAMES, "facts"] as const)
    expect({
      name,
      differences: compareTables(tables[name], expected[name]),
    }).toEqual({ name, differences: [] });
  expect(
    await selectRows(
      databaseUrl,
      "select distinct state, resolution from dead_letters where dead_letter_id = any ($1::bigint[])",
      [ids],
    ),
  ).toEqual([{ state: "resolved", resolution: "landed" }]);
});

it("of two payloads with one id the first is the fact, and the other one is a letter with a reason of its own", async () => {
  await scene.topics.empty(STREAM_EVENTS_TOPIC);
  const eventId = crypto.randomUUID();
  const values = [60, 120, 60].map((seconds) =>
    makePlayJson({ event_id: eventId, stream_duration_seconds: seconds }),
  );
  await scene.topics.send(
    STREAM_EVENTS_TOPIC,
    values.map((value) => ({ key: eventId, value, partition: PARTITION })),
  );
  const anew = await scene.beginAnew();

  const status = await scene.withPipeline(anew, {}, (pipeline) =>
    pipeline.drain(),
  );

  expect(status.plays).toMatchObject({ accepted: 1, duplicate: 1 });
  expect(status.rejected).toEqual({ conflicting_duplicate: 1 });
  const records = await scene.readRecords();
  expect(
    await listDifferences(
      anew.databaseUrls.owner,
      records,
      await expectTables(records),
    ),
  ).toEqual([]);
});

/** Where a bad record stands, as all are sent to one partition. */
function offsetOf(name: string): number {
  return 2 * POISON_RECORDS.findIndex((record) => record.name === name) + 1;
}

/** The record as it should have been. */
function mendRecordOf(record: TopicRecord): TopicRecord {
  const { topic, offset, value } = record;
  const found = Object.entries(MENDS).find(
    ([name]) => offsetOf(name) === offset,
  );
  if (topic !== STREAM_EVENTS_TOPIC || found === undefined) return record;
  const [, { field, text }] = found;
  const play: object = JSON.parse(String(value));
  // Text is JSON here, or else a string.
  const isText = ["event_id", "timestamp"].includes(field);
  const mended = { ...play, [field]: isText ? text : JSON.parse(text) };
  return { ...record, value: Buffer.from(JSON.stringify(mended)) };
}

function makeNeighbour(): OutgoingRecord {
  const eventId = crypto.randomUUID();
  neighbourIds.push(eventId);
  return {
    key: eventId,
    value: makePlayJson({ event_id: eventId }),
    partition: PARTITION,
  };
}
