import { expect, test } from "vitest";

import { loadStatement } from "#shared/sql.ts";
import { closeAt } from "#tests/support/rows/close-at.ts";
import { insertFacts } from "#tests/support/rows/insert-facts.ts";
import { eventIdOf } from "#tests/support/rows/make-play.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const findWindows = loadStatement("queries/operate-letters/find_windows");
const recordPublication = loadStatement(
  "queries/close-windows/record_publication",
);

test("a letter whose play is no fact has no windows", async () => {
  expect(await windowsOf(await storeLetter(eventIdOf(1)))).toEqual([]);
  expect(await windowsOf(await storeLetter(null))).toEqual([]);
});

test("the windows of a play are told apart by how they stand, the shortest first", async () => {
  await insertFacts(database.owner, [{ id: 1, at: "2026-01-15T12:07:00Z" }]);
  const letter = await storeLetter(eventIdOf(1));

  expect(await windowsOf(letter)).toEqual([
    ["minutes", "2026-01-15T12:05:00Z", "open", null],
    ["hourly", "2026-01-15T12:00:00Z", "open", null],
  ]);

  await closeAt(database.owner, { minutes: "2026-01-15T12:10:00Z" });
  expect(await windowsOf(letter)).toEqual([
    ["minutes", "2026-01-15T12:05:00Z", "due", null],
    ["hourly", "2026-01-15T12:00:00Z", "open", null],
  ]);

  await database.run(recordPublication, ["minutes", "2026-01-15T12:05:00Z"]);
  expect((await windowsOf(letter))[0]).toEqual([
    "minutes",
    "2026-01-15T12:05:00Z",
    "published",
    0,
  ]);
});

test("a late play's window is to be revised, and then was", async () => {
  await closeAt(database.owner, { minutes: "2026-01-15T12:10:00Z" });
  await database.run(recordPublication, ["minutes", "2026-01-15T12:00:00Z"]);
  await insertFacts(database.owner, [{ id: 1, at: "2026-01-15T12:04:59Z" }]);
  const letter = await storeLetter(eventIdOf(1));

  expect((await windowsOf(letter))[0]?.[2]).toBe("to_revise");

  await database.rows("delete from revision_marks");
  await database.run(recordPublication, ["minutes", "2026-01-15T12:00:00Z"]);
  expect((await windowsOf(letter))[0]).toEqual([
    "minutes",
    "2026-01-15T12:00:00Z",
    "published",
    1,
  ]);
});

async function storeLetter(eventId: string | null): Promise<unknown> {
  const [row] = await database.list(
    `insert into dead_letters (source_topic, source_partition, source_offset, source_timestamp, payload_sha256, reason,
       detail, first_seen_at, handler_version, origin, event_id)
     select 'stream-events', 0, count(*), now(), '', 'invalid_schema', '', now(), '1', 'stream-events-0-0', $1
     from dead_letters returning dead_letter_id`,
    [eventId],
  );
  return row?.[0];
}

async function windowsOf(letter: unknown): Promise<unknown[][]> {
  const rows = await database.run(findWindows, [letter]);
  return rows.map((row) => [
    row["window_kind"],
    row["window_start"],
    row["state"],
    row["revision"],
  ]);
}
