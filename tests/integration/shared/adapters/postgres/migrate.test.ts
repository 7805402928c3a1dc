import { inspect } from "node:util";

import { beforeEach, describe, expect, test } from "vitest";

import { findFreePort } from "#compose/embedded/ports.ts";
import {
  type Migration,
  migrate,
  readMigrations,
} from "#shared/adapters/postgres/migrate.ts";
import { withClient } from "#tests/support/with-client.ts";
import { createDatabase, type TestDatabase } from "#tests/support/servers.ts";

const createPlays = migration(1, "create table plays (play_id integer)");
const createSongs = migration(2, "create table songs (song_id integer)");
const createUsers = migration(3, "create table users (user_id integer)");
let database: TestDatabase;
let databaseUrl: string;

beforeEach(async () => {
  database = await createDatabase();
  databaseUrl = database.urls.owner;
});

describe("the project's own migrations", () => {
  test("bring an empty database up to date, in order, and are recorded", async () => {
    const seen: string[] = [];

    const applied = await migrate({
      databaseUrl,
      onApplied: ({ name }) => seen.push(name),
    });

    const names = readMigrations().map(({ name }) => name);
    expect(applied.map(({ name }) => name)).toEqual(names);
    expect(seen).toEqual(names);
    expect(await readApplied()).toEqual(names);
    expect(await listTables()).toContain("stream_events");
  });

  test("are numbered without a gap and named after their number", () => {
    const migrations = readMigrations();

    expect(migrations.map(({ version }) => version)).toEqual(
      Array.from({ length: migrations.length }, (_, index) => index + 1),
    );
    expect(
      migrations.filter(({ name }) => !/^\d{6}_[a-z_]+\.sql$/.test(name)),
    ).toEqual([]);
  });

  test("are applied once", async () => {
    await migrate({ databaseUrl });

    expect(await migrate({ databaseUrl })).toEqual([]);
  });

  test("are applied once by two runs at once, of which one waits for the other", async () => {
    const runs = await Promise.all([
      migrate({ databaseUrl }),
      migrate({ databaseUrl }),
    ]);

    const names = readMigrations().map(({ name }) => name);
    expect(runs.flat().map(({ name }) => name)).toEqual(names);
    expect(await readApplied()).toEqual(names);
  });
});

describe("a schema that does not fit the code", () => {
  test("is refused when it is newer, and nothing is changed", async () => {
    await migrate({
      databaseUrl,
      migrations: [createPlays, createSongs],
    });

    const attempt = migrate({ databaseUrl, migrations: [createPlays] });

    await expect(attempt).rejects.toMatchObject({
      name: "PipelineError",
      code: "schema_newer",
      domain: "user",
      retry: false,
      message: expect.stringMatching(
        /000002_test\.sql, this code ends at 000001_test\.sql/,
      ),
    });
    expect(await listTables()).toEqual(["plays", "schema_migrations", "songs"]);
  });

  test("is refused when an applied migration was edited, and the new ones wait", async () => {
    await migrate({ databaseUrl, migrations: [createPlays] });
    const edited = migration(1, "create table plays (play_id bigint)");

    const attempt = migrate({
      databaseUrl,
      migrations: [edited, createSongs],
    });

    await expect(attempt).rejects.toMatchObject({
      code: "migration_edited",
      domain: "user",
      message: expect.stringContaining("000001_test.sql"),
    });
    expect(await listTables()).toEqual(["plays", "schema_migrations"]);
  });
});

describe("a migration that fails", () => {
  const failing = migration(
    2,
    "-- Songs, and artists of ⟨name⟩.\ncreate table songs (song_id integer);\n\ncreate table artists (\n  artist_id intgeger\n);\n",
  );

  test("is shown with its file, the line, a caret and what Postgres says", async () => {
    const attempt = migrate({
      databaseUrl,
      migrations: [createPlays, failing],
    });

    await expect(attempt).rejects.toMatchObject({
      name: "PipelineError",
      code: "migration_failed",
      domain: "internal",
    });
    await expect(attempt).rejects.toThrow(
      [
        "Migration 000002_test.sql failed and was rolled back:",
        "line 5:   artist_id intgeger",
        "                    ^",
        'type "intgeger" does not exist',
      ].join("\n"),
    );
  });

  test("is rolled back as a whole, keeps those before it and holds up those after it", async () => {
    const attempt = migrate({
      databaseUrl,
      migrations: [createPlays, failing, createUsers],
    });

    await expect(attempt).rejects.toThrow("000002_test.sql");
    expect(await listTables()).toEqual(["plays", "schema_migrations"]);
    expect(await readApplied()).toEqual(["000001_test.sql"]);
  });

  test("can be mended and run again", async () => {
    await expect(
      migrate({ databaseUrl, migrations: [createPlays, failing] }),
    ).rejects.toThrow("000002_test.sql");

    const applied = await migrate({
      databaseUrl,
      migrations: [createPlays, createSongs],
    });

    expect(applied).toEqual([createSongs]);
    expect(await listTables()).toEqual(["plays", "schema_migrations", "songs"]);
  });

  test("within a function is told without a line, as Postgres gives none", async () => {
    const attempt = migrate({
      databaseUrl,
      migrations: [
        migration(
          1,
          "do $$ begin raise exception 'not like this' using hint = 'Like that.'; end $$",
        ),
      ],
    });

    await expect(attempt).rejects.toThrow(
      "Migration 000001_test.sql failed and was rolled back:\nnot like this\nHint: Like that.",
    );
  });
});

describe("a database that cannot be migrated", () => {
  test("is told without the password when nothing listens", async () => {
    const port = await findFreePort();

    const error: unknown = await migrate({
      databaseUrl: `postgres://owner:open-sesame@localhost:${port}/music_streaming`,
    }).catch((cause: unknown) => cause);

    expect(error).toMatchObject({
      name: "PipelineError",
      code: "postgres_unreachable",
      domain: "external",
      retry: true,
      message: expect.stringMatching(/ECONNREFUSED.*Check DATABASE_URL/),
    });
    expect(inspect(error, { depth: 10, showHidden: true })).not.toContain(
      "sesame",
    );
  });

  test("is told with the next step when the role may not", async () => {
    const attempt = migrate({
      databaseUrl: database.urls.reader,
      migrations: [createPlays],
    });

    await expect(attempt).rejects.toMatchObject({
      name: "PipelineError",
      code: "migration_failed",
      message: expect.stringMatching(/permission denied.*DATABASE_URL/s),
    });
  });

  test("is not held by the connection of a run that failed", async () => {
    await expect(
      migrate({
        databaseUrl,
        migrations: [migration(1, "select 1 / 0")],
      }),
    ).rejects.toThrow("division by zero");

    expect(await migrate({ databaseUrl, migrations: [createPlays] })).toEqual([
      createPlays,
    ]);
    await expect
      .poll(() =>
        readColumn(
          "select pid::text as value from pg_stat_activity where application_name = 'migrate' and datname = current_database()",
        ),
      )
      .toEqual([]);
  });
});

function migration(version: number, text: string): Migration {
  const name = `${String(version).padStart(6, "0")}_test.sql`;
  return { version, name, text, sha256: `hash of ${text}` };
}

function readApplied(): Promise<string[]> {
  return readColumn(
    "select name as value from schema_migrations order by version",
  );
}

function listTables(): Promise<string[]> {
  return readColumn(
    "select tablename::text as value from pg_tables where schemaname = 'public' order by tablename",
  );
}

async function readColumn(text: string): Promise<string[]> {
  const { rows } = await withClient(databaseUrl, (client) =>
    client.query<{ value: string }>(text),
  );
  return rows.map(({ value }) => value);
}
