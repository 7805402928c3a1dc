import { beforeEach, describe, expect, test } from "vitest";

import { DIMENSIONS, type Dimension } from "#shared/domain/topics.ts";
import { loadStatement } from "#shared/sql.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();

/** Beyond the ids that the database has from the start. */
const ID = 500;
const OTHER_ID = 501;
const TEN = "2026-01-10T10:00:00.001Z";
const ELEVEN = "2026-01-10T11:00:00Z";

beforeEach(async () => {
  for (const dimension of DIMENSIONS)
    await database.rows(
      `delete from ${dimension} where ${dimension.slice(0, -1)}_id >= $1`,
      [ID],
    );
});

/** A row of each dimension and another one of the same id, in the columns of its table. */
const ROWS: Record<Dimension, readonly [object, object]> = {
  users: [
    {
      username: "ada",
      age: 36,
      gender: "female",
      subscription_type: "premium",
      registration_date: "2025-12-31 23:59:59.000001+00",
      country: "GB",
    },
    {
      username: "ada l.",
      age: null,
      gender: null,
      subscription_type: "free",
      registration_date: null,
      country: null,
    },
  ],
  artists: [
    { name: "Nena", country: "DE", genre: "pop", is_band: true },
    { name: "Nena K.", country: null, genre: null, is_band: null },
  ],
  albums: [
    {
      title: "99",
      artist_id: 3,
      release_date: "2024-02-29",
      total_tracks: 12,
      album_type: "album",
    },
    {
      title: "100",
      artist_id: 4,
      release_date: null,
      total_tracks: null,
      album_type: null,
    },
  ],
  songs: [
    {
      title: "Eins",
      duration_seconds: 180,
      release_date: "2024-02-29",
      genre: "pop",
      language: "de",
      explicit: false,
    },
    {
      title: "Zwei",
      duration_seconds: null,
      release_date: null,
      genre: null,
      language: null,
      explicit: null,
    },
  ],
  devices: [
    { device_type: "tv", os: "x", browser: "y", app_version: "1.2" },
    { device_type: "mobile", os: null, browser: null, app_version: null },
  ],
  locations: [
    { country: "DE", region: "BE", city: "Berlin", timezone: "Europe/Berlin" },
    { country: "FR", region: null, city: null, timezone: null },
  ],
};

describe.for(DIMENSIONS)("a version of %s", (dimension) => {
  const [row, newerRow] = ROWS[dimension];
  const key = `${dimension.slice(0, -1)}_id`;

  test("that is the first of its id is inserted with every column", async () => {
    await apply(dimension, [version(key, row, TEN)]);

    expect(await stored(dimension)).toEqual([
      {
        ...row,
        [key]: ID,
        version_at: "2026-01-10 10:00:00.001+00",
        version_partition: 0,
        version_offset: 7,
        deleted_at: null,
      },
    ]);
  });

  test("that is newer replaces every column", async () => {
    await apply(dimension, [version(key, row, TEN)]);

    await apply(dimension, [version(key, newerRow, ELEVEN)]);

    expect(await stored(dimension)).toMatchObject([
      { ...newerRow, version_at: "2026-01-10 11:00:00+00" },
    ]);
  });

  test("that is older, or the same again, changes nothing", async () => {
    await apply(dimension, [version(key, newerRow, ELEVEN)]);
    const before = await stored(dimension);

    await apply(dimension, [version(key, row, TEN)]);
    await apply(dimension, [version(key, row, ELEVEN)]);

    expect(await stored(dimension)).toEqual(before);
  });

  test("that ends the row marks it and keeps its columns, but none of a user", async () => {
    await apply(dimension, [version(key, row, TEN)]);

    await apply(dimension, [tombstone(key, ELEVEN)]);

    const kept =
      dimension === "users"
        ? Object.fromEntries(Object.keys(row).map((column) => [column, null]))
        : row;
    expect(await stored(dimension)).toMatchObject([
      { ...kept, deleted_at: "2026-01-10 11:00:00+00" },
    ]);
  });

  test("that ends an unknown id is remembered, so that an older row does not revive it", async () => {
    await apply(dimension, [tombstone(key, ELEVEN)]);

    await apply(dimension, [version(key, row, TEN)]);

    expect(await stored(dimension)).toMatchObject([
      { [key]: ID, deleted_at: "2026-01-10 11:00:00+00" },
    ]);
  });

  test("that is an older end than the row changes nothing", async () => {
    await apply(dimension, [version(key, row, ELEVEN)]);

    await apply(dimension, [tombstone(key, TEN)]);

    expect(await stored(dimension)).toMatchObject([
      { ...row, deleted_at: null },
    ]);
  });

  test("that comes after the end revives the row", async () => {
    await apply(dimension, [tombstone(key, TEN)]);

    await apply(dimension, [version(key, row, ELEVEN)]);

    expect(await stored(dimension)).toMatchObject([
      { ...row, deleted_at: null },
    ]);
  });
});

test.for([
  ["a later partition at the same time", [1, 0], true],
  ["a later offset in the same partition", [0, 8], true],
  ["an earlier offset in the same partition", [0, 6], false],
] as const)("%s decides what is newer", async ([, position, isNewer]) => {
  const [row, newerRow] = ROWS.artists;
  await apply("artists", [version("artist_id", row, TEN)]);

  const [partition, offset] = position;
  await apply("artists", [
    {
      ...version("artist_id", newerRow, TEN),
      version_partition: partition,
      version_offset: offset,
    },
  ]);

  expect(await stored("artists")).toMatchObject([isNewer ? newerRow : row]);
});

test("several ids are applied at once", async () => {
  const [row] = ROWS.devices;

  await apply("devices", [
    { ...version("device_id", row, TEN), device_id: OTHER_ID },
    version("device_id", row, TEN),
  ]);

  expect(
    await database.list(
      "select device_id from devices where device_id >= $1 order by 1",
      [ID],
    ),
  ).toEqual([[ID], [OTHER_ID]]);
});

test("find_missing_artists names the artists that do not exist, deleted ones do", async () => {
  await apply("artists", [tombstone("artist_id", TEN)]);

  const rows = await database.run(
    loadStatement("queries/load-dimensions/find_missing_artists"),
    [[1, ID, OTHER_ID]],
  );

  expect(rows).toEqual([{ artist_id: OTHER_ID }]);
});

function version(key: string, row: object, versionAt: string) {
  return {
    ...row,
    [key]: ID,
    version_at: versionAt,
    version_partition: 0,
    version_offset: 7,
    is_deleted: false,
  };
}

function tombstone(key: string, versionAt: string) {
  return { ...version(key, {}, versionAt), is_deleted: true };
}

async function apply(
  dimension: Dimension,
  versions: readonly object[],
): Promise<void> {
  const ingest = await database.connect("ingest");
  await ingest.query(
    loadStatement(`queries/load-dimensions/apply_${dimension}`).text,
    [JSON.stringify(versions)],
  );
}

function stored(dimension: Dimension) {
  return database.rows(
    `select * from ${dimension} where ${dimension.slice(0, -1)}_id = $1`,
    [ID],
  );
}
