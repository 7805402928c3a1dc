import { afterAll, beforeAll, expect, it } from "vitest";

import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { expectTables } from "#tests/support/oracle/expect-tables.ts";
import { listDifferences } from "#tests/support/pipeline/list-differences.ts";
import { makePlayJson } from "#tests/support/pipeline/make-plays.ts";
import { POISON_RECORDS } from "#tests/support/pipeline/poison-records.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import { openScene, type Scene } from "#tests/support/pipeline/scene.ts";
import type { OutgoingRecord } from "#tests/support/pipeline/topic-client.ts";

const PARTITION = 3;

let scene: Scene;
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
  const database = await scene.beginAnew();
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
  const database = await scene.beginAnew();

  const status = await scene.withPipeline(database, {}, (pipeline) =>
    pipeline.drain(),
  );

  expect(status.plays).toMatchObject({ accepted: 1, duplicate: 1 });
  expect(status.rejected).toEqual({ conflicting_duplicate: 1 });
  const records = await scene.readRecords();
  expect(
    await listDifferences(
      database.databaseUrls.owner,
      records,
      await expectTables(records),
    ),
  ).toEqual([]);
});

function makeNeighbour(): OutgoingRecord {
  const eventId = crypto.randomUUID();
  neighbourIds.push(eventId);
  return {
    key: eventId,
    value: makePlayJson({ event_id: eventId }),
    partition: PARTITION,
  };
}
