import { describe, expect, test } from "vitest";

import { loadStatement } from "#shared/sql.ts";
import { closeAt } from "#tests/support/rows/close-at.ts";
import { insertFacts } from "#tests/support/rows/insert-facts.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const load = (name: string) => loadStatement(`queries/close-windows/${name}`);
const findPublishable = load("find_publishable_windows");
const findFoldable = load("find_foldable_windows");
const takeMarks = load("take_revision_marks");
const recordPublication = load("record_publication");

const INTERVAL_MS = 30_000;

describe("publishable is", () => {
  test("what has closed and holds plays, oldest first", async () => {
    await insertFacts(database.owner, [
      { id: 1, at: "2026-01-15T12:07:00Z" },
      { id: 2, at: "2026-01-15T12:00:00Z" },
      { id: 3, at: "2026-01-15T12:12:00Z" },
      { id: 4, at: "2026-01-15T11:59:00Z" },
    ]);
    await closeAt(database.owner, {
      minutes: "2026-01-15T12:10:00Z",
      hours: "2026-01-15T12:00:00Z",
    });

    expect(await publishable(INTERVAL_MS)).toEqual([
      ["hourly", "11:00", "12:00"],
      ["minutes", "11:55", "12:00"],
      ["minutes", "12:00", "12:05"],
      ["minutes", "12:05", "12:10"],
    ]);
  });

  test("a window with marks that was never published", async () => {
    await closeAt(database.owner, { minutes: "2026-01-15T12:10:00Z" });
    await insertFacts(database.owner, [{ id: 1 }]);

    expect(await publishable(INTERVAL_MS)).toEqual([
      ["minutes", "12:00", "12:05"],
    ]);
  });

  test("a revised window only once its interval is over, unless all marks are flushed", async () => {
    await closeAt(database.owner, { minutes: "2026-01-15T12:10:00Z" });
    await database.run(recordPublication, ["minutes", "2026-01-15T12:00:00Z"]);
    await insertFacts(database.owner, [{ id: 1 }, { id: 2 }]);

    expect(await publishable(INTERVAL_MS)).toEqual([]);
    expect(await publishable(0)).toEqual([["minutes", "12:00", "12:05"]]);

    await database.rows(
      "update window_publications set revised_at = clock_timestamp() - interval '30 seconds'",
    );
    expect(await publishable(INTERVAL_MS)).toEqual([
      ["minutes", "12:00", "12:05"],
    ]);
  });

  test("a window that was revised by a clock that was put back by more than the interval", async () => {
    await closeAt(database.owner, { minutes: "2026-01-15T12:10:00Z" });
    await database.run(recordPublication, ["minutes", "2026-01-15T12:00:00Z"]);
    await insertFacts(database.owner, [{ id: 1 }]);

    await reviseIn("29 seconds");
    expect(await publishable(INTERVAL_MS)).toEqual([]);
    await reviseIn("31 seconds");
    expect(await publishable(INTERVAL_MS)).toEqual([
      ["minutes", "12:00", "12:05"],
    ]);
  });

  test("only what was never published, where revisions are left out", async () => {
    await closeAt(database.owner, { minutes: "2026-01-15T12:10:00Z" });
    await database.run(recordPublication, ["minutes", "2026-01-15T12:00:00Z"]);
    await insertFacts(database.owner, [
      { id: 1, at: "2026-01-15T12:00:00Z" },
      { id: 2, at: "2026-01-15T12:05:00Z" },
    ]);

    expect(await publishable(null)).toEqual([["minutes", "12:05", "12:10"]]);
  });

  test("nothing that is published and has no marks", async () => {
    await closeAt(database.owner, { minutes: "2026-01-15T12:10:00Z" });
    await database.run(recordPublication, ["minutes", "2026-01-15T12:00:00Z"]);

    expect(await publishable(0)).toEqual([]);
  });
});

const foldable = (filling: number, full: number) =>
  database.list(
    `select window_kind, to_char(window_start, 'HH24:MI') from (${findFoldable.text}) w`,
    [filling, full, "stream-events", 10 * 60_000],
  );

test("foldable are the open windows with as many micro-batches, or more", async () => {
  await insertFacts(database.owner, [{ id: 1, at: "2026-01-15T12:00:00Z" }]);
  await insertFacts(database.owner, [{ id: 2, at: "2026-01-15T12:05:00Z" }]);
  await insertFacts(database.owner, [{ id: 3, at: "2026-01-15T12:06:00Z" }]);

  expect(await foldable(3, 1)).toEqual([["hourly", "12:00"]]);
  expect(await foldable(2, 1)).toEqual([
    ["hourly", "12:00"],
    ["minutes", "12:05"],
  ]);
  expect(await foldable(4, 1)).toEqual([]);

  await closeAt(database.owner, { minutes: "2026-01-15T12:10:00Z" });
  expect(await foldable(2, 1)).toEqual([["hourly", "12:00"]]);
});

test("foldable with fewer micro-batches are those of them that the newest plays have left behind", async () => {
  await insertFacts(database.owner, [{ id: 1, at: "2026-01-15T12:00:00Z" }]);
  await insertFacts(database.owner, [{ id: 2, at: "2026-01-15T12:00:00Z" }]);
  const watermarkAt = (time: string) =>
    database.rows(
      "update topic_watermarks set watermark = $1 where topic = 'stream-events'",
      [time],
    );

  await watermarkAt("2026-01-15T11:54:59.999999Z");
  expect(await foldable(3, 2)).toEqual([]);

  await watermarkAt("2026-01-15T11:55:00Z");
  expect(await foldable(3, 2)).toEqual([["minutes", "12:00"]]);
  expect(await foldable(3, 3)).toEqual([]);
});

test("taking a window's marks leaves those of other windows", async () => {
  await closeAt(database.owner, { minutes: "2026-01-15T12:10:00Z" });
  await insertFacts(database.owner, [
    { id: 1, at: "2026-01-15T12:00:00Z" },
    { id: 2, at: "2026-01-15T12:05:00Z" },
  ]);
  await insertFacts(database.owner, [{ id: 3, at: "2026-01-15T12:00:00Z" }]);

  const [taken] = await database.run(takeMarks, [
    "minutes",
    "2026-01-15T12:00:00Z",
  ]);

  expect(taken).toEqual({
    mark_count: 2,
    is_published: false,
    is_staged: false,
    is_before_horizon: false,
  });
  expect(
    await database.list(
      "select to_char(window_start, 'HH24:MI') from revision_marks",
    ),
  ).toEqual([["12:05"]]);
});

test("a second publication of a window is its first revision", async () => {
  await database.run(recordPublication, ["minutes", "2026-01-15T12:00:00Z"]);
  await database.run(recordPublication, ["minutes", "2026-01-15T12:00:00Z"]);
  await database.run(recordPublication, ["hourly", "2026-01-15T12:00:00Z"]);

  expect(
    await database.list(
      "select window_kind, revision, revised_at > published_at from window_publications order by 1",
    ),
  ).toEqual([
    ["hourly", 0, false],
    ["minutes", 1, true],
  ]);
  const [taken] = await database.run(takeMarks, [
    "minutes",
    "2026-01-15T12:00:00Z",
  ]);
  expect(taken).toEqual({
    mark_count: 0,
    is_published: true,
    is_staged: false,
    is_before_horizon: false,
  });
});

function publishable(intervalMs: number | null) {
  return database.list(
    `select window_kind, to_char(window_start, 'HH24:MI'), to_char(window_end, 'HH24:MI') from (${findPublishable.text}) w`,
    [intervalMs],
  );
}

function reviseIn(interval: string) {
  return database.rows(
    "update window_publications set revised_at = clock_timestamp() + $1::interval",
    [interval],
  );
}
