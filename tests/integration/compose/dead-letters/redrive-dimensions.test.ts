import { afterEach, describe, expect, test } from "vitest";

import { sendDimension } from "#compose/runner/send-dimension.ts";
import { readRedriveHistory } from "#shared/domain/redrive-headers.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";
import type { Dimension } from "#shared/domain/topics.ts";
import { useLetters } from "#tests/support/letters/use-letters.ts";
import { microsOf } from "#tests/support/rows/make-play.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";
import { kafkaBootstrapServers } from "#tests/support/servers.ts";

const database = useDatabase();
const letters = useLetters(database, ["users", "albums"]);

/** Beyond the ids that the database has from the start. */
const ID = 500;
const NEW_ARTIST = 501;
const NOON = "2026-01-15T12:00:00Z";

afterEach(() =>
  database.owner.query(`
    delete from users where user_id >= ${ID};
    delete from albums where album_id >= ${ID};
    delete from artists where artist_id >= ${ID}`),
);

describe("a version of a dimension as it was", () => {
  test("stays while its artist is missing, and is applied as of its own time once that is there", async () => {
    const record = albumRecord({ artist_id: NEW_ARTIST });
    const [id = ""] = await rejectByLoading("albums", record);

    expect(await letters.redrive([id])).toEqual([
      {
        id,
        kind: "left",
        why: "its artist does not exist yet; it is applied by itself when that arrives",
      },
    ]);
    expect(await letters.readStates()).toEqual([["waiting", null]]);
    await insertArtist();
    expect(
      await letters.redrive([id], {
        action: { actor: "ann@desk", note: "in a hurry" },
      }),
    ).toEqual([{ id, kind: "applied" }]);

    expect(await readAlbums()).toEqual([
      ["parked", "2026-01-15 12:00:00+00", 2, 7],
    ]);
    expect(await letters.takeSent()).toEqual([]);
    expect(await letters.readStates()).toEqual([["resolved", "applied"]]);
    expect(await readActions()).toEqual([
      [id, "applied", "ann@desk", "in a hurry"],
    ]);
    expect(await database.list("select from awaited_references")).toEqual([]);
  });

  test("is superseded by a newer one, which stays", async () => {
    await insertArtist();
    const older = albumRecord({ title: "older" });
    const newer = albumRecord({ title: "newer" }, { offset: 8 });
    await letters.load("albums", [newer]);
    const [id = ""] = await letters.reject({ record: older });

    expect(await letters.redrive([id])).toEqual([{ id, kind: "superseded" }]);

    expect(await readAlbums()).toEqual([
      ["newer", "2026-01-15 12:00:00+00", 2, 8],
    ]);
    expect(await letters.readStates()).toEqual([["resolved", "superseded"]]);
    expect(await readActions()).toEqual([[id, "redriven", "ann", null]]);
  });

  test("that cannot be read stays, and says why", async () => {
    const [id = ""] = await rejectByLoading("users", userRecord({ age: "x" }));

    expect(await letters.redrive([id])).toEqual([
      {
        id,
        kind: "left",
        why: "would be rejected again, invalid_schema: /age: expected an integer from 0 to 150, or null",
      },
    ]);
  });
});

describe("a mended version of a dimension", () => {
  test("is a new version in its topic, so that a rebuild from there gives the same row", async () => {
    const record = {
      ...userRecord({ user_id: "x", since: 2020 }),
      key: Buffer.from("x"),
      headers: [["trace", Buffer.from("abc")]] as const,
    };
    const [id = ""] = await rejectByLoading("users", record);

    const results = await letters.redrive([id], { set: [`user_id=${ID}`] });
    const sent = await letters.takeSent();
    await letters.load("users", sent);
    const row = await readUsers();
    await database.owner.query(`delete from users where user_id = ${ID}`);
    await letters.load("users", [record, ...sent]);

    expect(results).toEqual([{ id, kind: "replaced" }]);
    expect(sent.map(({ key, value }) => [String(key), String(value)])).toEqual([
      [`${ID}`, `{"user_id":${ID},"username":"ann","since":2020}`],
    ]);
    expect(sent[0]?.headers).toContainEqual(["trace", Buffer.from("abc")]);
    expect(sent[0] && readRedriveHistory(sent[0])).toMatchObject({
      attempt: 2,
      origin: "users-2-7",
    });
    expect(row).toEqual([["ann", sent[0]?.partition, sent[0]?.offset]]);
    expect(await readUsers()).toEqual(row);
    expect(await letters.readStates()).toContainEqual(["resolved", "replaced"]);
    expect(await readActions()).toEqual([
      [id, "redriven", "ann", `set user_id=${ID}`],
    ]);
  });

  test("stays where the dimension has a newer one", async () => {
    await letters.load("users", [
      userRecord({ username: "new" }, { offset: 8 }),
    ]);
    const [id = ""] = await rejectByLoading("users", userRecord({ age: "x" }));

    expect(await letters.redrive([id], { set: ["age=30"] })).toEqual([
      {
        id,
        kind: "left",
        why: "users has a newer version of it; bury this letter, or send the row with npm run produce -- dimension",
      },
    ]);
    expect(await letters.takeSent()).toEqual([]);
    expect(await letters.readStates()).toEqual([["waiting", null]]);
    expect(await readActions()).toEqual([]);
  });

  test("that is still invalid stays", async () => {
    const [id = ""] = await rejectByLoading("users", userRecord({ age: "x" }));

    expect(await letters.redrive([id], { set: ["username=eve"] })).toEqual([
      {
        id,
        kind: "left",
        why: "still invalid: /age: expected an integer from 0 to 150, or null",
      },
    ]);
  });

  test("is sent behind older ones of the same row, in whatever order their letters came", async () => {
    const newer = userRecord({ username: "newer", age: "x" }, { offset: 8 });
    const older = userRecord({ username: "older", age: "x" }, { offset: 7 });
    const ids = await letters.reject({ record: newer }, { record: older });

    const results = await letters.redrive(ids, { set: ["age=30"] });
    const sent = await letters.takeSent();
    await letters.load("users", sent);

    expect(results.map(({ kind }) => kind)).toEqual(["replaced", "replaced"]);
    expect((await readUsers()).map(([name]) => name)).toEqual(["newer"]);
  });

  test("whose artist is missing waits for that in its next letter", async () => {
    const record = albumRecord({ artist_id: NEW_ARTIST, total_tracks: "x" });
    const [id = ""] = await rejectByLoading("albums", record);
    await letters.redrive([id], { set: ["total_tracks=9"] });
    const sent = await letters.takeSent();

    expect(await letters.load("albums", sent)).toEqual(["unknown_reference"]);
    await insertArtist();
    await letters.redriveOnSchedule();

    expect(await readAlbums()).toMatchObject([
      ["parked", expect.any(String), sent[0]?.partition, sent[0]?.offset],
    ]);
    expect(await letters.readStates()).toEqual([
      ["resolved", "replaced"],
      ["resolved", "applied"],
    ]);
  });
});

test("a row that is sent by hand is the newest version of its row, and so is its end", async () => {
  await letters.load("users", [userRecord({ username: "before" })]);

  expect(await send({ user_id: `${ID}`, username: "by hand" })).toBe(`${ID}`);
  await letters.load("users", await letters.takeSent());
  const [name] = (await readUsers()).map(([username]) => username);
  expect(await send({ user_id: `${ID}` }, true)).toBe(`${ID}`);
  await letters.load("users", await letters.takeSent());

  expect(name).toBe("by hand");
  expect(
    await database.list(
      `select deleted_at is not null from users where user_id = ${ID}`,
    ),
  ).toEqual([[true]]);
  await expect(send({ user_id: "0" })).rejects.toMatchObject({
    code: "invalid_fields",
  });
  expect(await letters.takeSent()).toEqual([]);
});

function send(
  fields: Readonly<Record<string, string>>,
  isTombstone = false,
): Promise<string> {
  return sendDimension(kafkaBootstrapServers(), {
    dimension: "users",
    fields: Object.entries(fields).map(([field, text]) => ({ field, text })),
    isTombstone,
  });
}

/** Loads a record that is rejected; returns the ids of its letters. */
async function rejectByLoading(
  dimension: Dimension,
  record: KafkaRecord,
): Promise<string[]> {
  await letters.load(dimension, [record]);
  const rows = await database.list(
    "select dead_letter_id::text from dead_letters",
  );
  return rows.map(([id]) => String(id));
}

function albumRecord(
  fields: object = {},
  place: Partial<KafkaRecord> = {},
): KafkaRecord {
  const album = { album_id: ID, title: "parked", artist_id: NEW_ARTIST };
  return makeVersion("albums", { ...album, ...fields }, place);
}

function userRecord(
  fields: object,
  place: Partial<KafkaRecord> = {},
): KafkaRecord {
  const user = { user_id: ID, username: "ann" };
  return makeVersion("users", { ...user, ...fields }, place);
}

function makeVersion(
  topic: Dimension,
  row: object,
  place: Partial<KafkaRecord>,
): KafkaRecord {
  return {
    topic,
    partition: 2,
    offset: 7,
    timestampMs: microsOf(NOON) / 1000,
    key: Buffer.from(String(ID)),
    value: Buffer.from(JSON.stringify(row)),
    headers: [],
    ...place,
  };
}

async function insertArtist(): Promise<void> {
  await database.owner.query(
    `insert into artists (artist_id, name, version_at, version_partition, version_offset)
     values (${NEW_ARTIST}, 'late', '2026-01-01', 0, 0)`,
  );
}

function readAlbums(): Promise<unknown[][]> {
  return database.list(
    `select title, version_at, version_partition, version_offset from albums where album_id = ${ID}`,
  );
}

function readUsers(): Promise<unknown[][]> {
  return database.list(
    `select username, version_partition, version_offset from users where user_id = ${ID}`,
  );
}

function readActions(): Promise<unknown[][]> {
  return database.list(
    "select dead_letter_id::text, action, actor, note from dead_letter_actions where actor <> 'schedule' order by action_id",
  );
}
