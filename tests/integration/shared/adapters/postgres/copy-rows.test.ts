import { beforeAll, beforeEach, describe, expect, test } from "vitest";

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
const WRONG_ROWS = Buffer.from("no binary copy at all");

beforeAll(() =>
  withClient(notes.databaseUrl(), (client) =>
    client.query(
      "create table numbers (number integer); create table others (number integer)",
    ),
  ),
);

beforeEach(() =>
  withClient(notes.databaseUrl(), (client) =>
    client.query("truncate numbers, others"),
  ),
);

describe("several COPYs in one go", () => {
  test("each fill their own table, in their order", async () => {
    const session = notes.openSession();

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
    const session = notes.openSession();
    const many = encode(Array.from({ length: MANY_ROWS }, (_, index) => index));

    const [counts] = await session.transaction(async (transaction) => {
      await copyRows(transaction, [
        copyInto("numbers", many),
        copyInto("others", many),
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
    [
      "a large one in front of a large one",
      [
        WRONG_ROWS,
        encode(Array.from({ length: MANY_ROWS }, (_, index) => index)),
      ],
    ],
  ] as const)(
    "fail with what Postgres says where %s is wrong, and the connection stays usable",
    async ([, rows]) => {
      const session = notes.openSession();
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
        message: expect.stringContaining("COPY file signature not recognized"),
      });

      await insertAndExpect(session, pid);
    },
  );

  test("fail where one of them cannot even begin, and none behind it is run", async () => {
    const session = notes.openSession();
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

    expect(await session.transaction(readNumbers)).toEqual([]);
    await insertAndExpect(session, pid);
  });

  test("fail with a connection that is lost, and the next transaction has another one", async () => {
    const session = notes.openSession();

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
});

const copyInto = (table: string, rows: Buffer): Copy => ({
  rows,
  statement: statement(
    `copy_${table}`,
    `-- as in a file\ncopy ${table} from stdin with (format binary)\n`,
  ),
});

function encode(numbers: readonly number[]): Buffer {
  const copy = new BinaryCopy();
  for (const number of numbers) {
    copy.row(1);
    copy.integer(number);
  }
  return copy.finish();
}

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
