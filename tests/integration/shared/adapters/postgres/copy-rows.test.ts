import { beforeAll, beforeEach, describe, expect, test } from "vitest";

import { awaitInOrder } from "#shared/adapters/postgres/await-in-order.ts";
import { BinaryCopy } from "#shared/adapters/postgres/binary-copy.ts";
import { copyRows, type Copy } from "#shared/adapters/postgres/copy-rows.ts";
import type { Session } from "#shared/adapters/postgres/session.ts";
import { withClient } from "#tests/support/with-client.ts";

import {
  readBackendPid,
  statement,
  terminateBackendUnnoticed,
} from "./backends.ts";
import { insertNote, useNotesDatabase } from "./notes-database.ts";

const notes = useNotesDatabase();
/** More than the buffers between both sides hold. */
const MANY_ROWS = 1_000_000;
const MANY = encode(Array.from({ length: MANY_ROWS }, (_, index) => index));
const WRONG_ROWS = Buffer.from("no binary copy at all");
const WRONG_AT_LAST = encode(
  Array.from({ length: MANY_ROWS }, (_, index) => index),
  2,
);

beforeAll(() =>
  withClient(notes.databaseUrl(), (client) =>
    client.query(
      // A rollback does not take back what a row draws from the sequence.
      "create table numbers (number integer); create table others (number integer, drawn serial)",
    ),
  ),
);

beforeEach(() =>
  withClient(notes.databaseUrl(), (client) =>
    client.query("truncate numbers, others restart identity"),
  ),
);

describe.for([false, true])(
  "several COPYs in one go, pipelined: %s",
  (isPipelined) => {
    test("each fill their own table, in their order", async () => {
      const session = notes.openSession({ isPipelined });

      const inserted = await session.transaction(async (transaction) => {
        await copyRows(transaction, [
          copyInto("numbers", encode([1, 2])),
          copyInto("others", encode([])),
          copyInto("others", encode([3])),
        ]);
        return readNumbers(transaction);
      });

      expect(inserted).toEqual(["numbers 1", "numbers 2", "others 3"]);
    });

    test("may be larger than what is on its way at once", async () => {
      const session = notes.openSession({ isPipelined });
      const [counts] = await session.transaction(async (transaction) => {
        await copyRows(transaction, [
          copyInto("numbers", MANY),
          copyInto("others", MANY),
        ]);
        return transaction.query(
          statement(
            "count_rows",
            "select (select count(*) from numbers)::integer as numbers, (select count(*) from others)::integer as others",
          ),
        );
      });

      expect(counts).toEqual({ numbers: MANY_ROWS, others: MANY_ROWS });
    });

    test.for([
      ["the first", [WRONG_ROWS, encode([1])]],
      ["the last", [encode([1]), WRONG_ROWS]],
      ["one in front of a large one", [WRONG_ROWS, MANY]],
      ["the last row of a large one", [WRONG_AT_LAST, MANY]],
    ] as const)(
      "fail with what Postgres says where %s is wrong, and the connection stays usable",
      async ([, rows]) => {
        const session = notes.openSession({ isPipelined });
        const pid = await session.transaction(readBackendPid);

        await expect(
          session.transaction((transaction) =>
            copyRows(
              transaction,
              rows.map((copy) => copyInto("numbers", copy)),
            ),
          ),
        ).rejects.toMatchObject({
          code: "postgres_statement_failed",
          message: expect.stringMatching(
            /COPY file signature not recognized|row field count is 2, expected 1/,
          ),
        });

        await insertAndExpect(session, pid);
      },
    );

    test("fail where one of them cannot even begin, and none behind it is run", async () => {
      const session = notes.openSession({ isPipelined });
      const pid = await session.transaction(readBackendPid);

      await expect(
        session.transaction((transaction) =>
          copyRows(transaction, [
            copyInto("numbers", encode([1])),
            copyInto("no_such_table", encode([2])),
            copyInto("others", encode([3])),
          ]),
        ),
      ).rejects.toThrow('relation "no_such_table" does not exist');

      const [sequence] = await session.query(
        statement("read_sequence", "select is_called from others_drawn_seq"),
      );
      expect(sequence).toEqual({ is_called: false });
      await insertAndExpect(session, pid);
    });

    test("fail with a connection that is lost, and the next transaction has another one", async () => {
      const session = notes.openSession({ isPipelined });

      await expect(
        session.transaction(async (transaction) => {
          terminateBackendUnnoticed(
            notes.databaseUrl(),
            await readBackendPid(transaction),
          );
          await copyRows(transaction, [copyInto("numbers", encode([1]))]);
        }),
      ).rejects.toMatchObject({ domain: "external", retry: true });

      await session.transaction((transaction) =>
        transaction.query(insertNote, ["kept"]),
      );
      expect(await notes.readNotes()).toEqual(["kept"]);
    });
  },
);

describe("a pipelined session", () => {
  test("throws what the first of its statements says, not that those behind it could not be run", async () => {
    const session = notes.openSession({ isPipelined: true });

    await expect(
      session.transaction((transaction) =>
        awaitInOrder(
          copyRows(transaction, [copyInto("numbers", WRONG_ROWS)]),
          transaction.query(insertNote, ["behind"]),
        ),
      ),
    ).rejects.toThrow("COPY file signature not recognized");

    expect(await notes.readNotes()).toEqual([]);
  });

  test("is closed when what is under way is answered", async () => {
    const session = notes.openSession({ isPipelined: true });
    const sent = Promise.withResolvers<void>();
    let isAnswered = false;
    const work = session.transaction(async (transaction) => {
      const answer = transaction.query(
        statement("take_a_moment", "select pg_sleep(0.2)"),
      );
      sent.resolve();
      await answer;
      isAnswered = true;
    });
    const outcome = work.catch((error: unknown) => error);
    await sent.promise;

    await session.close();

    expect(isAnswered).toBe(true);
    expect(await outcome).toMatchObject({
      message: expect.stringContaining("Client was closed"),
    });
  });
});

const copyInto = (table: string, rows: Buffer): Copy => ({
  rows,
  statement: statement(
    `copy_${table}`,
    `-- as in a file\ncopy ${table} (number) from stdin with (format binary)\n`,
  ),
});

async function readNumbers(
  transaction: Parameters<typeof copyRows>[0],
): Promise<string[]> {
  const rows = await transaction.query<{ found: string }>(
    statement(
      "read_numbers",
      "select 'numbers ' || number as found from numbers union all select 'others ' || number from others order by 1",
    ),
  );
  return rows.map(({ found }) => found);
}

async function insertAndExpect(session: Session, pid: number): Promise<void> {
  const next = await session.transaction(async (transaction) => {
    await transaction.query(insertNote, ["next"]);
    return readBackendPid(transaction);
  });
  expect(next).toBe(pid);
  expect(await notes.readNotes()).toEqual(["next"]);
}

/** @param columnsOfLast columns that the last row has, each with its number */
function encode(numbers: readonly number[], columnsOfLast = 1): Buffer {
  const copy = new BinaryCopy();
  for (const [index, number] of numbers.entries()) {
    const columns = index === numbers.length - 1 ? columnsOfLast : 1;
    copy.row(columns);
    for (let column = 0; column < columns; column += 1) copy.integer(number);
  }
  return copy.finish();
}
