import { beforeEach, describe, expect, test } from "vitest";

import { loadStatement } from "#shared/sql.ts";
import { insertFacts } from "#tests/support/rows/insert-facts.ts";
import type { RecordTraits } from "#tests/support/rows/make-records.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const WINDOW = ["2026-01-15T12:00:00Z", "2026-01-15T12:05:00Z"];
/** The last of the first piece, the first of the second, and one far off. */
const FAR_USERS = [2047, 2048, 1_000_000];

const PLAYS: readonly RecordTraits[] = [
  { id: 1 },
  { id: 2 },
  { id: 3, userId: 2, at: "2026-01-15T12:04:59.999999Z" },
  { id: 4, userId: 2047 },
  { id: 5, userId: 2048 },
  { id: 6, userId: 1_000_000, locationId: 2 },
  // In the next window.
  { id: 7, userId: 9, at: "2026-01-15T12:05:00Z" },
];
const LISTENERS = [
  [1, 1],
  [1, 2],
  [1, 2047],
  [1, 2048],
  [2, 1_000_000],
];

beforeEach(() =>
  database.rows(
    `insert into users (user_id, version_at, version_partition, version_offset)
     select id, now(), 0, id from unnest($1::integer[]) as id on conflict do nothing`,
    [FAR_USERS],
  ),
);

describe("who listened at a location in a window", () => {
  test("is the same live, after its publication, and recomputed", async () => {
    await insertPlays(PLAYS.slice(0, 4));
    await insertPlays(PLAYS.slice(4));
    expect(await listListeners("location_listeners_live")).toEqual(LISTENERS);

    await runAsCloser("merge_location", WINDOW.slice(0, 1));
    expect(await listListeners("location_listeners_live")).toEqual(LISTENERS);
    expect(await listListeners("location_listeners")).toEqual(LISTENERS);

    await runAsCloser("recompute_location", WINDOW);
    expect(await listListeners("location_listeners")).toEqual(LISTENERS);
  });

  test("follows the facts: late plays add users, and nobody stays whom no fact names", async () => {
    await insertPlays(PLAYS);
    await runAsCloser("merge_location", WINDOW.slice(0, 1));
    await insertPlays([{ id: 8, userId: 3 }]);
    await database.rows(
      "delete from stream_events where user_id in (2048, 1000000)",
    );

    await runAsCloser("recompute_location", WINDOW);

    expect(await listListeners("location_listeners")).toEqual([
      [1, 1],
      [1, 2],
      [1, 3],
      [1, 2047],
    ]);
  });

  test("is written anew only where it differs", async () => {
    await insertPlays(PLAYS);
    await runAsCloser("merge_location", WINDOW.slice(0, 1));
    const before = await listPlaces();

    await runAsCloser("recompute_location", WINDOW);

    expect(before).toHaveLength(3);
    expect(await listPlaces()).toEqual(before);
  });
});

test("the different users of several windows are counted once", async () => {
  await insertPlays([
    { id: 1 },
    { id: 2, at: "2026-01-15T12:07:00Z" },
    { id: 3, at: "2026-01-15T12:08:00Z", userId: 2048, locationId: 2 },
    { id: 4, at: "2026-01-15T12:08:00Z", userId: 2 },
  ]);
  await runAsCloser("merge_location", WINDOW.slice(0, 1));

  const [[users] = []] = await database.list(
    `select sum(users)::integer from (
       select bit_count(bit_or(listeners)) as users from location_listeners_live group by chunk
     ) pieces`,
  );

  expect(users).toBe(3);
});

async function insertPlays(plays: readonly RecordTraits[]): Promise<void> {
  await insertFacts(await database.connect("ingest"), plays);
}

async function runAsCloser(
  name: string,
  values: readonly string[],
): Promise<void> {
  const { text } = loadStatement(`queries/close-windows/${name}`);
  await (await database.connect("closer")).query(text, [...values]);
}

/** Location and user, of the window of noon. */
function listListeners(relation: string): Promise<unknown[][]> {
  return database.list(
    `select location_id, chunk * 2048 + position as user_id
     from ${relation} cross join generate_series(0, 2047) as position
     where get_bit(listeners, position) = 1 and time_window = '${WINDOW[0]}'
     order by 1, 2`,
  );
}

/** Where the rows lie on their pages: a row that is written anew lies elsewhere. */
function listPlaces(): Promise<unknown[][]> {
  return database.list(
    "select ctid::text from location_listeners order by location_id, chunk",
  );
}
