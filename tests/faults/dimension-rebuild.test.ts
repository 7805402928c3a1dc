import { afterAll, beforeAll, expect, it } from "vitest";

import {
  DEAD_LETTER_TOPIC,
  DIMENSIONS,
  type Dimension,
} from "#shared/domain/topics.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import { openScene, type Scene } from "#tests/support/pipeline/scene.ts";

const TOPICS = [...DIMENSIONS, DEAD_LETTER_TOPIC];
const NEW_ARTIST = 4001;

let scene: Scene;
let before: Record<Dimension, unknown[]>;
let after: Record<Dimension, unknown[]>;
let deletedUsers: unknown[];

beforeAll(async () => {
  scene = await openScene();
  const first = await scene.beginAnew();
  await scene.withPipeline(first, { topics: TOPICS }, async (pipeline) => {
    // Newer versions, a tombstone and one that is taken back, and an album before its artist.
    await send("users", 1, { user_id: 1, username: "renamed" });
    await send("users", 2, null);
    await send("users", 3, null);
    await send("users", 3, { user_id: 3, username: "back" });
    await send("albums", 4001, {
      album_id: 4001,
      title: "Early",
      artist_id: NEW_ARTIST,
    });
    await pipeline.drain();
    await send("artists", NEW_ARTIST, {
      artist_id: NEW_ARTIST,
      name: "Late",
    });
    await pipeline.drain();
  });
  before = await readLiving(first.databaseUrls.owner);
  deletedUsers = await selectRows(
    first.databaseUrls.owner,
    "select user_id, username, age, subscription_type, country from users where deleted_at is not null",
  );

  const second = await scene.beginAnew();
  await forgetDimensions(second.databaseUrls.owner);
  for (const dimension of DIMENSIONS)
    await scene.topics.rewind(`load-${dimension}`);
  await scene.withPipeline(second, { topics: TOPICS }, (pipeline) =>
    pipeline.drain(),
  );
  after = await readLiving(second.databaseUrls.owner);
});
afterAll(() => scene?.close());

it("the newest version of a row is the one that counts, and a tombstone keeps the row of a user without what it said", () => {
  expect(before.users).toContainEqual(
    expect.objectContaining({ user_id: 1, username: "renamed" }),
  );
  expect(before.users).toContainEqual(
    expect.objectContaining({ user_id: 3, username: "back" }),
  );
  expect(deletedUsers).toEqual([
    {
      user_id: 2,
      username: null,
      age: null,
      subscription_type: null,
      country: null,
    },
  ]);
});

it.each(DIMENSIONS)(
  "a rebuild from the topics gives the same %s, versions included",
  (dimension) => {
    expect(before[dimension].length).toBeGreaterThan(5);
    expect(after[dimension]).toEqual(before[dimension]);
  },
);

it("the album that came before its artist is among them", () => {
  expect(after.albums).toContainEqual(
    expect.objectContaining({ title: "Early", artist_id: NEW_ARTIST }),
  );
});

function send(dimension: Dimension, id: number, row: object | null) {
  return scene.topics.send(dimension, [
    { key: String(id), value: row === null ? null : JSON.stringify(row) },
  ]);
}

async function readLiving(
  databaseUrl: string,
): Promise<Record<Dimension, unknown[]>> {
  const read = (dimension: Dimension) =>
    selectRows(
      databaseUrl,
      `select * from ${dimension} where deleted_at is null order by 1`,
    );
  return {
    users: await read("users"),
    artists: await read("artists"),
    albums: await read("albums"),
    songs: await read("songs"),
    devices: await read("devices"),
    locations: await read("locations"),
  };
}

/** As in a new database: no row, and no offset that was handled. */
async function forgetDimensions(databaseUrl: string): Promise<void> {
  const tables = ["albums", ...DIMENSIONS.filter((name) => name !== "albums")];
  for (const table of tables)
    await selectRows(databaseUrl, `delete from ${table}`);
  await selectRows(
    databaseUrl,
    "delete from partition_ledger where topic <> 'stream-events'",
  );
}
