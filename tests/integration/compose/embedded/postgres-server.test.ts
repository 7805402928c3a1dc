import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Client } from "pg";
import {
  afterAll,
  afterEach,
  beforeAll,
  beforeEach,
  describe,
  expect,
  test,
} from "vitest";
import { formatDatabaseUrl } from "#compose/embedded/database-url.ts";
import { findFreePort } from "#compose/embedded/ports.ts";
import {
  startPostgres,
  stopPostgres,
  type PostgresOptions,
  type RunningPostgres,
} from "#compose/embedded/postgres-server.ts";
import { DATABASE_ROLES } from "#compose/embedded/secrets.ts";
import { findServerProcess } from "#compose/embedded/server-process.ts";

describe("a running server", () => {
  let shared: PostgresOptions;
  let server: RunningPostgres;

  beforeAll(async () => {
    shared = await newOptions();
    server = await startPostgres(shared);
  });
  afterAll(async () => {
    await remove(shared);
  });

  test("a commit is safe by default, and text and time do not depend on the machine", async () => {
    const rows = await query(
      formatDatabaseUrl(server, "owner"),
      `select current_setting('fsync') fsync, current_setting('synchronous_commit') synchronous_commit,
       current_setting('full_page_writes') full_page_writes, current_setting('timezone') timezone,
       current_setting('server_encoding') encoding, current_setting('server_version_num')::int / 10000 as major,
       (select datlocale from pg_database where datname = current_database()) locale`,
    );

    expect(rows).toEqual([
      {
        fsync: "on",
        synchronous_commit: "on",
        full_page_writes: "on",
        timezone: "UTC",
        encoding: "UTF8",
        major: 18,
        locale: "C.UTF-8",
      },
    ]);
  });

  test("each role logs in with its own password, and none but the owner may create anything", async () => {
    const attempts = DATABASE_ROLES.map((role) =>
      query(
        formatDatabaseUrl(server, role),
        "create table made_by_role (id int); drop table made_by_role",
      ).then(
        () => `${role} may`,
        (error: unknown) => `${role} ${String(Object(error).code)}`,
      ),
    );

    expect(await Promise.all(attempts)).toEqual([
      "owner may",
      "ingest 42501",
      "closer 42501",
      "reader 42501",
    ]);
  });

  test("a wrong password is refused", async () => {
    const url = formatDatabaseUrl(
      { ...server, secrets: { ...server.secrets, reader: "guess" } },
      "reader",
    );

    await expect(query(url, "select 1")).rejects.toMatchObject({
      code: "28P01",
    });
  });
});

describe("a data directory", () => {
  let options: PostgresOptions;

  beforeEach(async () => {
    options = await newOptions();
  });
  afterEach(async () => {
    await remove(options);
  });

  test("a port of somebody else's is left alone, and the error names the setting", async () => {
    const stranger = createServer().listen(options.port, "127.0.0.1");
    await once(stranger, "listening");

    const refusal = startPostgres(options);

    await expect(refusal).rejects.toMatchObject({
      code: "port_in_use",
      domain: "user",
    });
    await expect(refusal).rejects.toThrow(
      new RegExp(`${options.port}.*POSTGRES_PORT.*DATABASE_URL`),
    );
    stranger.close();
  });

  test("a change of settings or port stops the running server and starts another one", async () => {
    const first = await startPostgres(options);
    const withSettings = await startPostgres({
      ...options,
      settings: { work_mem: "17MB" },
    });
    const elsewhere = await startPostgres({
      ...options,
      port: await findFreePort(),
    });

    expect([first.origin, withSettings.origin, elsewhere.origin]).toEqual([
      "started",
      "started",
      "started",
    ]);
    expect(
      (await findServerProcess(join(options.dataDir, "postgres.pid")))?.pid,
    ).toBe(elsewhere.pid);
    await expect(
      query(formatDatabaseUrl(first, "owner"), "select 1"),
    ).rejects.toMatchObject({ code: "ECONNREFUSED" });
  });

  test("a crash in the middle of work is recovered from at the next start", async () => {
    const server = await startPostgres(options);
    const url = formatDatabaseUrl(server, "owner");
    await query(url, "create table kept as select 'here' as note");
    const busy = query(
      url,
      "select count(*) from generate_series(1, 20000000)",
    ).catch((error: unknown) => error);
    await expect
      .poll(() =>
        query(
          url,
          "select from pg_stat_activity where query like '%series%' and pid <> pg_backend_pid()",
        ),
      )
      .toHaveLength(1);

    process.kill(server.pid, "SIGKILL");
    const restarted = await startPostgres(options);

    expect(restarted.origin).toBe("started");
    expect(await query(url, "select note from kept")).toEqual([
      { note: "here" },
    ]);
    await busy;
  });

  test("a lock file whose pid was given to another program is no obstacle", async () => {
    // given what a power cut leaves behind, and a program with the pid of the old server
    const server = await startPostgres(options);
    const lockFile = join(
      options.dataDir,
      "postgres",
      "cluster",
      "postmaster.pid",
    );
    const lock = await readFile(lockFile, "utf8");
    await server.stop();
    const stranger = spawn("sleep", ["60"], { stdio: "ignore" });
    await once(stranger, "spawn");
    await writeFile(lockFile, lock.replace(/^\d+/, String(stranger.pid)));

    expect((await startPostgres(options)).origin).toBe("started");
    stranger.kill();
  });

  test("data made by another major version is refused with both versions", async () => {
    const server = await startPostgres(options);
    await server.stop();
    await writeFile(
      join(options.dataDir, "postgres", "cluster", "PG_VERSION"),
      "15\n",
    );

    const refusal = startPostgres(options);

    await expect(refusal).rejects.toMatchObject({
      code: "postgres_version_mismatch",
      domain: "user",
    });
    await expect(refusal).rejects.toThrow(
      /made by Postgres 15, and the installed one is 18/,
    );
  });

  test("secrets of another data directory are refused, and the server is not left running", async () => {
    const server = await startPostgres(options);
    await server.stop();
    await rm(join(options.dataDir, "secrets.json"));

    await expect(startPostgres(options)).rejects.toMatchObject({
      code: "postgres_password_rejected",
      domain: "user",
    });

    expect(await stopPostgres(options.dataDir)).toBe(false);
  });

  test("a setting that Postgres does not know is reported with the end of its log", async () => {
    const refusal = startPostgres({
      ...options,
      settings: { no_such_setting: "1" },
    });

    await expect(refusal).rejects.toMatchObject({
      code: "server_start_failed",
    });
    await expect(refusal).rejects.toThrow(
      /Postgres did not start: it ended[^]*no_such_setting/,
    );
  });
});

async function newOptions(): Promise<PostgresOptions> {
  return {
    dataDir: await mkdtemp(join(tmpdir(), "postgres-")),
    port: await findFreePort(),
    onProgress: () => undefined,
  };
}

async function remove({ dataDir }: PostgresOptions): Promise<void> {
  await stopPostgres(dataDir);
  await rm(dataDir, { recursive: true });
}

async function query(url: string, text: string): Promise<unknown[]> {
  const client = new Client({ connectionString: url });
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}
