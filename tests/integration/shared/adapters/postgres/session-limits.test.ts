import { inspect } from "node:util";

import { describe, expect, test } from "vitest";

import { findFreePort } from "#compose/embedded/ports.ts";
import { describeFault } from "#shared/adapters/postgres/describe-fault.ts";
import {
  isLockTimeout,
  type Session,
} from "#shared/adapters/postgres/session.ts";
import { withClient } from "#tests/support/with-client.ts";
import { startTcpProxy } from "#tests/support/faults/tcp-proxy.ts";

import { startSilentServer } from "../kafka/silent-server.ts";
import { readBackendPid, statement } from "./backends.ts";
import { insertNote, useNotesDatabase } from "./notes-database.ts";

const sleep = statement("sleep", "select pg_sleep(60)");
const notes = useNotesDatabase();

describe("time-outs", () => {
  const expected = {
    default_transaction_isolation: "read committed",
    transaction_timeout: "50s",
    idle_in_transaction_session_timeout: "10s",
    lock_timeout: "20s",
    client_connection_check_interval: "1s",
    tcp_keepalives_idle: "10",
    tcp_keepalives_interval: "3",
    tcp_keepalives_count: "3",
  };

  test("are set, as all of them are off by default", async () => {
    const session = notes.openSession({ transactionTimeoutMs: 50_000 });

    expect(await showSettings(session, Object.keys(expected))).toEqual(
      expected,
    );
  });

  test("are set as well when the address of the database brings options of its own", async () => {
    const session = notes.openSession({
      databaseUrl: `${notes.databaseUrl()}?options=-c%20work_mem%3D7MB`,
      transactionTimeoutMs: 50_000,
    });

    const settings = await showSettings(session, [
      "work_mem",
      ...Object.keys(expected),
    ]);

    expect(settings).toEqual({ work_mem: "7MB", ...expected });
  });

  test("end a transaction whose statement runs too long, and the next one works", async () => {
    const session = notes.openSession({ transactionTimeoutMs: 300 });

    const attempt = session.transaction(async (transaction) => {
      await transaction.query(insertNote, ["lost"]);
      await transaction.query(sleep);
    });

    await expect(attempt).rejects.toMatchObject({
      name: "PipelineError",
      code: "postgres_out_of_time",
      retry: true,
      message: expect.stringContaining("25P04"),
    });
    await session.transaction((transaction) =>
      transaction.query(insertNote, ["kept"]),
    );
    expect(await notes.readNotes()).toEqual(["kept"]);
  });

  test("may be shorter for one transaction, in whole seconds, and never longer", async () => {
    const session = notes.openSession({ transactionTimeoutMs: 30_000 });
    const show = async (limitMs?: number) => {
      const rows = await session.transaction(
        (transaction) =>
          transaction.query<{ transaction_timeout: string }>(
            statement("show_limit", "show transaction_timeout"),
          ),
        limitMs,
      );
      return rows[0]?.transaction_timeout;
    };

    expect([
      await show(),
      await show(2999),
      await show(5),
      await show(60_000),
      await show(3000),
      await show(),
    ]).toEqual(["30s", "2s", "1s", "30s", "3s", "30s"]);
  });

  test("end a transaction that waits for something else, so that its locks are free", async () => {
    const session = notes.openSession({ transactionTimeoutMs: 300 });

    const attempt = session.transaction(async (transaction) => {
      await transaction.query(insertNote, ["lost"]);
      await expect.poll(() => notes.listBackends()).toEqual([]);
    });

    await expect(attempt).rejects.toMatchObject({
      name: "PipelineError",
      code: "postgres_unreachable",
      retry: true,
    });
    expect(await notes.readNotes()).toEqual([]);
    await session.transaction((transaction) =>
      transaction.query(insertNote, ["kept"]),
    );
    expect(await notes.readNotes()).toEqual(["kept"]);
  });

  test("do not count the pause between two transactions", async () => {
    const session = notes.openSession({ transactionTimeoutMs: 300 });
    const pid = await session.transaction(readBackendPid);

    await expect.poll(() => hasBeenIdle(pid, "600ms")).toBe(true);

    expect(await session.transaction(readBackendPid)).toBe(pid);
  });
});

describe("a wait for a lock", () => {
  test("that is given up is told apart from other failures", async () => {
    const session = notes.openSession();
    const attempt = withClient(notes.databaseUrl(), async (holder) => {
      await holder.query("begin");
      await holder.query("lock table notes in exclusive mode");
      await session.transaction(async (transaction) => {
        await transaction.query(
          statement("limit", "set local lock_timeout = '100ms'"),
        );
        await transaction.query(insertNote, ["blocked"]);
      });
    });
    const error: unknown = await attempt.catch((cause: unknown) => cause);

    expect(isLockTimeout(error)).toBe(true);
    expect(error).toMatchObject({ name: "PipelineError", retry: true });
    expect(isLockTimeout(new Error("another"))).toBe(false);
  });
});

describe("a Postgres that cannot be reached", () => {
  test("is told without the password when nothing listens", async () => {
    const session = notes.openSession({
      databaseUrl: `postgres://owner:open-sesame@localhost:${await findFreePort()}/music_streaming`,
    });

    const error = await catchError(session);

    expect(error).toMatchObject({
      name: "PipelineError",
      code: "postgres_unreachable",
      domain: "external",
      retry: true,
      message: expect.stringContaining("ECONNREFUSED"),
    });
    expect(printAll(error)).not.toContain("sesame");
  });

  test("is told without the password when the password is wrong", async () => {
    const wrong = new URL(notes.databaseUrl());
    wrong.password = "open-sesame";
    const session = notes.openSession({ databaseUrl: wrong.href });

    const error = await catchError(session);

    expect(error).toMatchObject({
      name: "PipelineError",
      message: expect.stringContaining("28P01"),
    });
    expect(printAll(error)).not.toContain("sesame");
  });

  test("is given up when it accepts the connection and says nothing", async () => {
    const silent = await startSilentServer();
    const session = notes.openSession({
      databaseUrl: `postgres://owner:open-sesame@127.0.0.1:${silent.port}/music_streaming`,
    });
    const startedAtMs = performance.now();

    const error = await catchError(session);
    await silent.close();

    expect(error).toMatchObject({
      name: "PipelineError",
      code: "postgres_unreachable",
      retry: true,
    });
    expect(performance.now() - startedAtMs).toBeLessThan(15_000);
  });

  test("that has several addresses is told with what each of them answered", () => {
    const fault = new AggregateError([
      new Error("connect ECONNREFUSED ::1:5432"),
      new Error("connect ECONNREFUSED 127.0.0.1:5432"),
    ]);

    expect(describeFault(fault)).toBe(
      "connect ECONNREFUSED ::1:5432; connect ECONNREFUSED 127.0.0.1:5432",
    );
  });

  test("is reached by the same session once it is there", async () => {
    const port = await findFreePort();
    const url = new URL(notes.databaseUrl());
    const serverPort = Number(url.port);
    url.port = String(port);
    const session = notes.openSession({ databaseUrl: url.href });
    await expect(session.transaction(readBackendPid)).rejects.toMatchObject({
      code: "postgres_unreachable",
    });

    const proxy = await startTcpProxy({ port, targetPort: serverPort });

    try {
      expect(await session.transaction(readBackendPid)).toBeGreaterThan(0);
    } finally {
      await session.close();
      await proxy.close();
    }
  });
});

async function showSettings(
  session: Session,
  names: readonly string[],
): Promise<Record<string, string>> {
  const rows = await session.transaction((transaction) =>
    transaction.query<{ name: string; setting: string }>(
      statement(
        "show_settings",
        "select name, current_setting(name) as setting from unnest($1::text[]) as name",
      ),
      [names],
    ),
  );
  return Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
}

async function hasBeenIdle(pid: number, interval: string): Promise<boolean> {
  const { rowCount } = await withClient(notes.databaseUrl(), (client) =>
    client.query(
      "select from pg_stat_activity where pid = $1 and state = 'idle' and state_change < now() - $2::interval",
      [pid, interval],
    ),
  );
  return rowCount === 1;
}

async function catchError(session: Session): Promise<unknown> {
  try {
    await session.transaction(readBackendPid);
  } catch (error) {
    return error;
  }
  throw new Error("Postgres was reached");
}

/** All that a log could show of an error: its message, its stack, its properties and its cause. */
function printAll(error: unknown): string {
  return inspect(error, { depth: 10, showHidden: true });
}
