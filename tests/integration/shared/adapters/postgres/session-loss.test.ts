import { describe, expect, test } from "vitest";

import {
  readBackendPid,
  statement,
  terminateBackend,
  terminateBackendUnnoticed,
} from "./backends.ts";
import { insertNote, useNotesDatabase } from "./notes-database.ts";

const divideByZero = statement("divide_by_zero", "select 1 / 0");
const notes = useNotesDatabase();

describe("a connection that is lost", () => {
  test("between two transactions is replaced before the next begins", async () => {
    const session = notes.openSession();
    const lost = await session.transaction(readBackendPid);
    await terminateBackend(notes.databaseUrl(), lost);

    const pid = await session.transaction(readBackendPid);

    expect(pid).not.toBe(lost);
  });

  test("while this process stood still is replaced as well", async () => {
    const session = notes.openSession();
    const lost = await session.transaction(readBackendPid);
    terminateBackendUnnoticed(notes.databaseUrl(), lost);

    const pid = await session.transaction(async (transaction) => {
      await transaction.query(insertNote, ["kept"]);
      return readBackendPid(transaction);
    });

    expect(pid).not.toBe(lost);
    expect(await notes.readNotes()).toEqual(["kept"]);
  });

  test("is replaced for a single statement too, whether or not this process stood still", async () => {
    const session = notes.openSession();
    const pids = [await readBackendPid(session)];

    await terminateBackend(notes.databaseUrl(), pids[0] ?? 0);
    pids.push(await readBackendPid(session));
    terminateBackendUnnoticed(notes.databaseUrl(), pids[1] ?? 0);
    pids.push(await readBackendPid(session));
    await session.query(insertNote, ["kept"]);

    expect(new Set(pids).size).toBe(3);
    expect(await notes.readNotes()).toEqual(["kept"]);
  });

  test("is replaced once for several statements at a time, and none of both is left behind", async () => {
    const session = notes.openSession({ isPipelined: true });
    terminateBackendUnnoticed(
      notes.databaseUrl(),
      await readBackendPid(session),
    );

    const pids = await Promise.all([
      readBackendPid(session),
      readBackendPid(session),
      readBackendPid(session),
    ]);
    await session.close();

    expect(new Set(pids).size).toBe(1);
    await expect
      .poll(() => notes.listBackends(), { timeout: 5000 })
      .toEqual([]);
  });

  test("is not replaced where a single statement is what Postgres refuses", async () => {
    const session = notes.openSession();
    const pid = await readBackendPid(session);

    await expect(session.query(divideByZero)).rejects.toMatchObject({
      code: "postgres_statement_failed",
    });

    expect(await readBackendPid(session)).toBe(pid);
  });

  test("between two statements fails the transaction, and the next one works", async () => {
    const session = notes.openSession();

    const attempt = session.transaction(async (transaction) => {
      await transaction.query(insertNote, ["lost"]);
      await terminateBackend(
        notes.databaseUrl(),
        await readBackendPid(transaction),
      );
      await transaction.query(insertNote, ["lost too"]);
    });

    await expectLostConnection(attempt);
    await session.transaction((transaction) =>
      transaction.query(insertNote, ["kept"]),
    );
    expect(await notes.readNotes()).toEqual(["kept"]);
  });

  test("before the commit fails the transaction", async () => {
    const session = notes.openSession();

    const attempt = session.transaction(async (transaction) => {
      await transaction.query(insertNote, ["lost"]);
      terminateBackendUnnoticed(
        notes.databaseUrl(),
        await readBackendPid(transaction),
      );
    });

    await expectLostConnection(attempt);
    expect(await notes.readNotes()).toEqual([]);
  });

  test("during a statement fails the transaction, and the next one works", async () => {
    const session = notes.openSession();
    const pid = await session.transaction(readBackendPid);

    const attempt = session.transaction((transaction) =>
      transaction.query(statement("sleep", "select pg_sleep(60)")),
    );
    const outcome = expectLostConnection(attempt);
    await terminateBackend(notes.databaseUrl(), pid);

    await outcome;
    expect(await session.transaction(readBackendPid)).not.toBe(pid);
  });
});

describe("closing", () => {
  test("leaves no connection behind, and may be done twice", async () => {
    const session = notes.openSession();
    await session.transaction(readBackendPid);

    await session.close();
    await session.close();

    await expect
      .poll(() => notes.listBackends(), { timeout: 5000 })
      .toEqual([]);
  });

  test("is possible before the first use and after a loss", async () => {
    const unused = notes.openSession();
    const session = notes.openSession();
    terminateBackendUnnoticed(
      notes.databaseUrl(),
      await session.transaction(readBackendPid),
    );

    await unused.close();
    await session.close();

    await expect
      .poll(() => notes.listBackends(), { timeout: 5000 })
      .toEqual([]);
  });

  test("does not keep the session from opening a connection again", async () => {
    const session = notes.openSession();
    const first = await session.transaction(readBackendPid);
    await session.close();

    const second = await session.transaction(readBackendPid);

    expect(second).not.toBe(first);
  });

  test("leaves none of the connections that were replaced", async () => {
    const session = notes.openSession();
    for (let round = 0; round < 3; round += 1) {
      const pid = await session.transaction(readBackendPid);
      await terminateBackend(notes.databaseUrl(), pid);
      await expect(
        session.transaction((transaction) => transaction.query(divideByZero)),
      ).rejects.toThrow("division by zero");
    }

    await session.close();

    await expect
      .poll(() => notes.listBackends(), { timeout: 5000 })
      .toEqual([]);
  });
});

/** Which of the two depends on whether the server's last words arrive before the end of the connection. */
async function expectLostConnection(attempt: Promise<unknown>): Promise<void> {
  await expect(attempt).rejects.toMatchObject({
    name: "PipelineError",
    code: expect.stringMatching(/^postgres_(unreachable|statement_failed)$/),
    domain: "external",
    retry: true,
  });
}
