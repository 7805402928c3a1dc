import { pipeline } from "node:stream/promises";

import type { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";
import { afterEach, beforeEach, describe, expect, test } from "vitest";

import { DIMENSIONS } from "#shared/domain/topics.ts";
import { findNotRefused } from "#tests/support/rows/find-not-refused.ts";
import { insertFacts } from "#tests/support/rows/insert-facts.ts";
import { eventIdOf } from "#tests/support/rows/make-play.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();

/** No dimension row has this id. */
const UNKNOWN = 999;
const FOREIGN_KEY_VIOLATION = { code: "23503" };
const KEYS = DIMENSIONS.map((dimension) => `${dimension.slice(0, -1)}_id`);
const COLUMNS =
  'event_id, "timestamp", user_id, song_id, artist_id, album_id, device_id, location_id, stream_duration_seconds, is_complete_play, is_skipped, is_liked, is_shared, is_added_to_playlist';

beforeEach(() => insertFacts(database.owner, [{ id: 1 }, { id: 2 }]));

describe("a play without its dimension is refused", () => {
  test.for(
    (["ingest", "owner"] as const).flatMap((role) =>
      KEYS.map((key) => [role, key] as const),
    ),
  )("when %s inserts one without its %s", async ([role, key]) => {
    const client = await database.connect(role);

    await expect(
      client.query(`insert into stream_events (${COLUMNS}) ${orphan(key)}`),
    ).rejects.toMatchObject(FOREIGN_KEY_VIOLATION);
  });

  test("when it comes among thousands of good ones", async () => {
    await expect(
      database.rows(
        `insert into stream_events (${COLUMNS})
         select gen_random_uuid(), now(), case when n = 1999 then ${UNKNOWN} else 1 end,
           1, 1, 1, 1, 1, 60, false, false, false, false, false
         from generate_series(1, 2000) n`,
      ),
    ).rejects.toMatchObject(FOREIGN_KEY_VIOLATION);
  });

  test("when it comes by COPY", async () => {
    const ingest = await database.connect("ingest");
    const row = `${eventIdOf(3)},2026-01-15T12:00:00Z,${UNKNOWN},1,1,1,1,1,60,f,f,f,f,f\n`;

    await expect(
      pipeline(
        [row],
        ingest.query(
          copyFrom(`copy stream_events (${COLUMNS}) from stdin (format csv)`),
        ),
      ),
    ).rejects.toMatchObject(FOREIGN_KEY_VIOLATION);
  });

  test.for(KEYS)("when an update changes its %s", async (key) => {
    await expect(
      database.rows(`update stream_events set ${key} = ${UNKNOWN}`),
    ).rejects.toMatchObject(FOREIGN_KEY_VIOLATION);
  });

  test("when insert … on conflict do update inserts it", async () => {
    await expect(
      database.rows(
        `insert into stream_events (${COLUMNS}) ${orphan("user_id")}
         on conflict (event_id) do update set user_id = 1`,
      ),
    ).rejects.toMatchObject(FOREIGN_KEY_VIOLATION);
  });

  test("when insert … on conflict do update updates to it", async () => {
    await expect(
      database.rows(
        `insert into stream_events (${COLUMNS}) select ${COLUMNS} from stream_events
         on conflict (event_id) do update set song_id = ${UNKNOWN}`,
      ),
    ).rejects.toMatchObject(FOREIGN_KEY_VIOLATION);
  });

  test.for([
    `when matched then update set album_id = ${UNKNOWN}`,
    `when not matched by source then update set album_id = ${UNKNOWN}`,
  ])("when a merge updates to it: %s", async (action) => {
    await expect(
      database.rows(
        `merge into stream_events f using (select '${eventIdOf(1)}'::uuid as id) s on f.event_id = s.id ${action}`,
      ),
    ).rejects.toMatchObject(FOREIGN_KEY_VIOLATION);
  });

  test("when a merge inserts it", async () => {
    await expect(
      database.rows(
        `merge into stream_events f using (${orphan("device_id")}) s (${COLUMNS}) on f.event_id = s.event_id
         when not matched then insert (${COLUMNS}) values (${COLUMNS.split(", ")
           .map((column) => `s.${column}`)
           .join(", ")})`,
      ),
    ).rejects.toMatchObject(FOREIGN_KEY_VIOLATION);
  });

  test("with a message that names the play, the dimension and the next step", async () => {
    await expect(
      database.rows(
        `insert into stream_events (${COLUMNS}) ${orphan("location_id")}`,
      ),
    ).rejects.toMatchObject({
      message: `play ${eventIdOf(3)} refers to locations ${UNKNOWN}, which does not exist`,
      hint: expect.stringContaining("Load the dimension first") as unknown,
    });
  });
});

test.for(["ingest", "closer", "reader"] as const)(
  "no play loses its dimension: %s may not delete, truncate or re-key one",
  async (role) => {
    const notRefused = await findNotRefused(
      await database.connect(role),
      DIMENSIONS.flatMap((dimension, at) => [
        `delete from ${dimension}`,
        `truncate ${dimension} cascade`,
        `update ${dimension} set ${KEYS[at]} = 777 where ${KEYS[at]} = 1`,
      ]),
    );

    expect(notRefused).toEqual([]);
  },
);

describe("that no play lacks a dimension is proved by enforcing the keys", () => {
  let prover: Client | undefined;

  beforeEach(async () => {
    prover = await database.connect("owner");
    await prover.query("begin");
  });
  afterEach(() => prover?.query("rollback"));

  test("which holds for what was inserted", async () => {
    for (const key of KEYS) await enforce(key);

    expect(
      await database.list(
        "select distinct conenforced from pg_constraint where conrelid = 'stream_events'::regclass and contype = 'f'",
      ),
    ).toEqual([[false]]);
  });

  test.for(KEYS)("which notices a play without its %s", async (key) => {
    // Only the owner can go round the triggers.
    await prover?.query(`alter table stream_events disable trigger user`);
    await prover?.query(
      `insert into stream_events (${COLUMNS}) ${orphan(key)}`,
    );
    await prover?.query(`alter table stream_events enable trigger user`);

    await expect(enforce(key)).rejects.toMatchObject(FOREIGN_KEY_VIOLATION);
  });

  async function enforce(key: string): Promise<void> {
    await prover?.query(
      `alter table stream_events alter constraint stream_events_${key}_fkey enforced`,
    );
  }
});

/** A query for the play 3 whose dimension of this key does not exist. */
function orphan(key: string): string {
  const [, , ...others] = COLUMNS.split(", ");
  const values = others.map((column) => {
    if (column === key) return String(UNKNOWN);
    return column.startsWith("is_") ? "false" : "1";
  });
  return `select '${eventIdOf(3)}'::uuid, timestamptz '2026-01-15 12:00:00+00', ${values.join(", ")}`;
}
