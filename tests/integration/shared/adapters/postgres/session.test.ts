import { describe, expect, test } from "vitest";

import { withClient } from "#tests/support/with-client.ts";

import { readBackendPid, statement, terminateBackend } from "./backends.ts";
import { insertNote, useNotesDatabase } from "./notes-database.ts";

const divideByZero = statement("divide_by_zero", "select 1 / 0");
const showIsolation = statement("show_isolation", "show transaction_isolation");
const notes = useNotesDatabase();

function preferSerializable(): Promise<unknown> {
  return withClient(notes.databaseUrl(), (client) =>
    client.query(
      "do $$ begin execute format('alter database %I set default_transaction_isolation = serializable', current_database()); end $$",
    ),
  );
}

describe("a transaction", () => {
  test("is committed when its work is done, and returns what the work returns", async () => {
    const session = notes.openSession();

    const result = await session.transaction(async (transaction) => {
      await transaction.query(insertNote, ["kept"]);
      return "done";
    });

    expect(result).toBe("done");
    expect(await notes.readNotes()).toEqual(["kept"]);
  });

  test("is rolled back when its work throws, and the error is the work's own", async () => {
    const session = notes.openSession();
    const fault = new RangeError("a mistake of the use case");

    const attempt = session.transaction(async (transaction) => {
      await transaction.query(insertNote, ["lost"]);
      throw fault;
    });

    await expect(attempt).rejects.toBe(fault);
    expect(await notes.readNotes()).toEqual([]);
  });

  test("fails with the SQLSTATE of a statement that Postgres refuses, and the connection is used again", async () => {
    const session = notes.openSession();
    const pid = await session.transaction(readBackendPid);

    const attempt = session.transaction(async (transaction) => {
      await transaction.query(insertNote, ["lost"]);
      await transaction.query(divideByZero);
    });

    await expect(attempt).rejects.toMatchObject({
      name: "PipelineError",
      code: "postgres_statement_failed",
      domain: "external",
      retry: true,
      message: expect.stringContaining("22012"),
    });
    expect(await notes.readNotes()).toEqual([]);
    expect(await session.transaction(readBackendPid)).toBe(pid);
  });

  test("never looks committed when the work passes over a failed statement", async () => {
    const session = notes.openSession();

    const attempt = session.transaction(async (transaction) => {
      await transaction.query(insertNote, ["lost"]);
      await transaction.query(divideByZero).catch(() => undefined);
      return "done";
    });

    await expect(attempt).rejects.toMatchObject({
      name: "PipelineError",
      code: "postgres_rolled_back",
    });
    expect(await notes.readNotes()).toEqual([]);
  });

  test("runs at read committed, whatever the database prefers", async () => {
    const session = notes.openSession();
    await preferSerializable();

    const rows = await session.transaction((transaction) =>
      transaction.query(showIsolation),
    );

    expect(rows).toEqual([{ transaction_isolation: "read committed" }]);
  });
});

describe("a single statement", () => {
  test("runs at read committed, whatever the database prefers", async () => {
    const session = notes.openSession();
    await preferSerializable();

    const rows = await session.query(showIsolation);

    expect(rows).toEqual([{ transaction_isolation: "read committed" }]);
  });
});

describe("the connection", () => {
  test("is opened on first use and kept for the next transactions", async () => {
    const session = notes.openSession();
    expect(await notes.listBackends()).toEqual([]);

    const first = await session.transaction(readBackendPid);
    const second = await session.transaction(readBackendPid);

    expect(second).toBe(first);
    expect(await notes.listBackends()).toEqual([first]);
  });

  test("prepares a statement once under its name", async () => {
    const session = notes.openSession();
    await session.transaction((transaction) =>
      transaction.query(insertNote, ["one"]),
    );
    await session.transaction((transaction) =>
      transaction.query(insertNote, ["two"]),
    );

    const rows = await session.transaction((transaction) =>
      transaction.query(
        statement(
          "list_prepared",
          "select name from pg_prepared_statements where name = 'insert_note'",
        ),
      ),
    );

    expect(rows).toEqual([{ name: "insert_note" }]);
    expect(await notes.readNotes()).toEqual(["one", "two"]);
  });

  test("is set up before its first transaction, each new one again", async () => {
    const session = notes.openSession({
      onConnect: [
        statement("stage", "create temporary table staged (note text)"),
      ],
    });
    const countStaged = () =>
      session.transaction((transaction) =>
        transaction.query(
          statement(
            "count_staged",
            "select count(*)::integer as n from staged",
          ),
        ),
      );
    expect(await countStaged()).toEqual([{ n: 0 }]);

    await terminateBackend(
      notes.databaseUrl(),
      await session.transaction(readBackendPid),
    );

    expect(await countStaged()).toEqual([{ n: 0 }]);
  });

  test("that cannot be set up is closed, and the reason is told", async () => {
    const session = notes.openSession({ onConnect: [divideByZero] });

    await expect(session.transaction(readBackendPid)).rejects.toMatchObject({
      code: "postgres_statement_failed",
      message: expect.stringContaining("division by zero"),
    });

    await expect
      .poll(() => notes.listBackends(), { timeout: 5000 })
      .toEqual([]);
  });
});
