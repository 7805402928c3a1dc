import { describe, expect, test } from "vitest";

import { loadStatement } from "#shared/sql.ts";
import { insertFacts } from "#tests/support/rows/insert-facts.ts";
import type { RecordTraits } from "#tests/support/rows/make-records.ts";
import { stagePlays } from "#tests/support/rows/stage-plays.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const findSuspects = loadStatement(
  "queries/aggregate-micro-batch/find_suspects",
);

/** No such dimension row exists. */
const UNKNOWN = 999;
const TWELVE = "2026-01-15T12:00:00Z";

describe("find_suspects", () => {
  test("lets plays pass whose references exist", async () => {
    expect(await findAmong([{ id: 1 }, { id: 2, userId: 20 }])).toEqual([]);
  });

  test.for([
    ["users", { userId: UNKNOWN }, { missing_user_id: UNKNOWN }],
    ["artists", { artistId: UNKNOWN }, { missing_artist_id: UNKNOWN }],
    ["albums", { albumId: UNKNOWN }, { missing_album_id: UNKNOWN }],
    ["songs", { songId: UNKNOWN }, { missing_song_id: UNKNOWN }],
    ["devices", { deviceId: UNKNOWN }, { missing_device_id: UNKNOWN }],
    ["locations", { locationId: UNKNOWN }, { missing_location_id: UNKNOWN }],
    [
      "users and songs",
      { userId: UNKNOWN, songId: UNKNOWN },
      { missing_user_id: UNKNOWN, missing_song_id: UNKNOWN },
    ],
  ] as const)("names what a play misses in %s", async ([, traits, missing]) => {
    const found = await findAmong([{ id: 1 }, { id: 2, ...traits }]);

    expect(found).toEqual([{ ...NOTHING_MISSING, ordinal: 1, ...missing }]);
  });

  test("names all six references that are missing", async () => {
    const [found] = await findAmong([
      {
        id: 1,
        userId: 991,
        artistId: 992,
        albumId: 993,
        songId: 994,
        deviceId: 995,
        locationId: 996,
      },
    ]);

    expect(found).toEqual({
      ...NOTHING_MISSING,
      ordinal: 0,
      missing_user_id: 991,
      missing_artist_id: 992,
      missing_album_id: 993,
      missing_song_id: 994,
      missing_device_id: 995,
      missing_location_id: 996,
    });
  });

  test("a deleted dimension still satisfies references", async () => {
    await database.rows(
      "update users set deleted_at = now() where user_id = 7",
    );

    expect(await findAmong([{ id: 1, userId: 7 }])).toEqual([]);
  });

  test("a play from the future is a suspect, five minutes ahead is not the future yet", async () => {
    const found = await findAmong([
      { id: 1, at: "2026-01-15T12:05:00Z", takenAt: TWELVE },
      { id: 2, at: "2026-01-15T12:05:00.000001Z", takenAt: TWELVE },
    ]);

    expect(found).toEqual([
      { ...NOTHING_MISSING, ordinal: 1, is_future: true },
    ]);
  });

  test("a play before the retention horizon is a suspect, one on it is not", async () => {
    await database.owner.query(
      "update retention_horizons set horizon = '2026-01-15 12:00+00' where kept = 'facts'",
    );

    const found = await findAmong([
      { id: 1, at: "2026-01-15T11:59:59.999999Z" },
      { id: 2, at: TWELVE },
    ]);

    expect(found).toEqual([
      {
        ...NOTHING_MISSING,
        ordinal: 0,
        passed_horizon: "2026-01-15 12:00:00+00",
      },
    ]);
  });

  test("says whether the suspect is a fact already, and with the same payload", async () => {
    const ingest = await database.connect("ingest");
    await insertFacts(ingest, [{ id: 1 }, { id: 2 }]);

    const future = { takenAt: "2026-01-15T11:00:00Z" };
    const found = await findAmong([
      { id: 1, ...future },
      { id: 2, userId: UNKNOWN },
    ]);

    expect(found).toEqual([
      {
        ...NOTHING_MISSING,
        ordinal: 0,
        is_future: true,
        has_same_payload: true,
      },
      {
        ...NOTHING_MISSING,
        ordinal: 1,
        missing_user_id: UNKNOWN,
        has_same_payload: false,
      },
    ]);
  });
});

const NOTHING_MISSING = {
  is_future: false,
  passed_horizon: null,
  missing_user_id: null,
  missing_artist_id: null,
  missing_album_id: null,
  missing_song_id: null,
  missing_device_id: null,
  missing_location_id: null,
  has_same_payload: null,
};

async function findAmong(traits: readonly RecordTraits[]) {
  const ingest = await database.connect("ingest");
  await stagePlays(ingest, traits);
  const { rows } = await ingest.query(findSuspects.text);
  return rows as unknown[];
}
