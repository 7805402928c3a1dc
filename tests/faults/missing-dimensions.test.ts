import { afterAll, beforeAll, expect, it } from "vitest";

import type { Status } from "#compose/runner/read-status.ts";
import {
  DEAD_LETTER_TOPIC,
  DIMENSIONS,
  STREAM_EVENTS_TOPIC,
} from "#shared/domain/topics.ts";
import { compareTables } from "#tests/support/oracle/compare-tables.ts";
import { expectTables } from "#tests/support/oracle/expect-tables.ts";
import {
  makePlayRecord,
  planRecords,
} from "#tests/support/pipeline/make-plays.ts";
import {
  METRIC_NAMES,
  readTables,
  selectRows,
} from "#tests/support/pipeline/read-tables.ts";
import { NEW_ID, NEW_ROWS } from "#tests/support/pipeline/new-rows.ts";
import { openScene, type Scene } from "#tests/support/pipeline/scene.ts";
import type { TopicRecord } from "#tests/support/pipeline/topic-client.ts";

const ORPHANS = 60;
const ALL_TOPICS = [...DIMENSIONS, STREAM_EVENTS_TOPIC, DEAD_LETTER_TOPIC];

let scene: Scene;
let databaseUrl: string;
/** Before the dimensions came, and after. */
let parked: Status;
let mended: Status;
let plays: TopicRecord[];

beforeAll(async () => {
  scene = await openScene();
  const database = await scene.beginAnew();
  databaseUrl = database.databaseUrls.owner;
  const options = { topics: ALL_TOPICS };
  await scene.withPipeline(database, options, async (pipeline) => {
    await scene.topics.send(STREAM_EVENTS_TOPIC, [
      ...planRecords({
        from: "2026-03-01T12:00:00Z",
        to: "2026-03-01T14:00:00Z",
        count: 1500,
        mixIns: {
          late: 0.03,
          outOfOrder: 0.1,
          duplicates: 0.03,
          malformed: 0.03,
        },
      }),
      ...Array.from({ length: ORPHANS }, (_, index) =>
        makePlayRecord({
          timestamp: new Date(
            Date.UTC(2026, 2, 1, 12, index * 2),
          ).toISOString(),
          ...(index % 2 === 0 ? { user_id: NEW_ID } : { album_id: NEW_ID }),
          ...(index % 3 === 0 ? { artist_id: NEW_ID } : {}),
        }),
      ),
    ]);
    await sendRow("albums");
    parked = await pipeline.drain();
    plays = await scene.topics.readAll([STREAM_EVENTS_TOPIC]);
    await sendRow("users");
    await sendRow("artists");
    mended = await pipeline.drain();
  });
});
afterAll(() => scene?.close());

function sendRow(dimension: keyof typeof NEW_ROWS): Promise<void> {
  return scene.topics.send(dimension, [
    { key: String(NEW_ID), value: JSON.stringify(NEW_ROWS[dimension]) },
  ]);
}

it("plays whose dimensions are not there wait, and so does an album without its artist", () => {
  expect(parked.rejected["unknown_reference"]).toBe(ORPHANS + 1);
  expect(parked.letters.redriven + parked.letters.resolved).toBe(0);
});

it("once the dimensions have arrived every table is that of a stream without faults, closed windows included", async () => {
  const expected = await expectTables([
    ...(await scene.topics.readAll(DIMENSIONS)),
    ...plays,
  ]);
  const tables = await readTables(databaseUrl);

  expect(expected.outcomeCounts["rejected:unknown_reference"]).toBe(0);
  for (const name of [...METRIC_NAMES, "facts"] as const)
    expect({
      name,
      differences: compareTables(tables[name], expected[name]),
    }).toEqual({ name, differences: [] });
});

it("the letters that wait are those of malformed plays, and no other", async () => {
  const rows = await selectRows<{ reason: string; state: string; n: number }>(
    databaseUrl,
    `select reason, state, resolution, count(*)::integer as n from dead_letters group by 1, 2, 3 order by 1, 2, 3`,
  );
  const malformed = rows.filter(({ state }) => state === "waiting");
  const { outcomeCounts } = await expectTables([
    ...(await scene.topics.readAll(DIMENSIONS)),
    ...plays,
  ]);

  expect(malformed.map(({ reason, n }) => [reason, n])).toEqual([
    ["invalid_schema", outcomeCounts["rejected:invalid_schema"]],
    ["malformed_json", outcomeCounts["rejected:malformed_json"]],
  ]);
  expect(malformed.every(({ n }) => n > 0)).toBe(true);
  expect(rows.filter((row) => !malformed.includes(row))).toEqual([
    {
      reason: "unknown_reference",
      state: "resolved",
      resolution: "applied",
      n: 1,
    },
    {
      reason: "unknown_reference",
      state: "resolved",
      resolution: "landed",
      n: ORPHANS,
    },
  ]);
  expect(mended.letters).toMatchObject({ due: 0, redriven: 0, buried: 0 });
});

it("a play that was sent again carries its bytes, its attempt and where it was rejected first", async () => {
  const again = await scene.topics.readAll([STREAM_EVENTS_TOPIC]);
  const original = new Map(
    plays.map((record) => [`${record.partition}-${record.offset}`, record]),
  );
  const redriven = again.filter(
    ({ partition, offset }) => !original.has(`${partition}-${offset}`),
  );

  expect(redriven).toHaveLength(ORPHANS);
  for (const record of redriven) {
    const headers = Object.fromEntries(
      record.headers.map(([name, value]) => [
        name,
        Buffer.from(value).toString(),
      ]),
    );
    const origin = (headers["redrive-origin"] ?? "").replace(
      /^stream-events-/,
      "",
    );
    expect(headers["redrive-attempt"]).toBe("2");
    expect(record.value).toEqual(original.get(origin)?.value);
    expect(record.key).toEqual(original.get(origin)?.key);
  }
});

it("the album has the version of the record that waited", async () => {
  const [row] = await selectRows<{ is_original: boolean }>(
    databaseUrl,
    `select (a.version_at, a.version_partition, a.version_offset) = (l.source_timestamp, l.source_partition, l.source_offset) as is_original
     from albums a join dead_letters l on l.source_topic = 'albums'
     where a.album_id = ${NEW_ID}`,
  );

  expect(row).toEqual({ is_original: true });
});
