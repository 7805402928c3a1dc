import { expect, test } from "vitest";

import { loadStatement } from "#shared/sql.ts";
import { closeAt } from "#tests/support/rows/close-at.ts";
import { insertFacts } from "#tests/support/rows/insert-facts.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const load = (name: string) => loadStatement(`queries/close-windows/${name}`);
const advanceFrontiers = load("advance_frontiers");
const closeOpenWindows = load("close_open_windows");

const TOPIC = "stream-events";

test.for([
  ["2026-01-15T12:04:59.999999Z", "12:00:00", "12:00:00"],
  ["2026-01-15T12:05:00Z", "12:05:00", "12:00:00"],
  ["2026-01-15T12:59:59.999999Z", "12:55:00", "12:00:00"],
  ["2026-01-15T13:00:00Z", "13:00:00", "13:00:00"],
] as const)(
  "a watermark of %s closes every window that ends at or before it",
  async ([watermark, minutes, hours]) => {
    await moveWatermark(watermark);

    await database.run(advanceFrontiers, [TOPIC]);

    expect(await frontiers()).toEqual([
      ["hourly", `2026-01-15 ${hours}+00`],
      ["minutes", `2026-01-15 ${minutes}+00`],
    ]);
  },
);

test("a watermark before the epoch closes windows of the same borders", async () => {
  await moveWatermark("1969-12-31T23:59:59Z");

  await database.run(advanceFrontiers, [TOPIC]);

  expect(await frontiers()).toEqual([
    ["hourly", "1969-12-31 23:00:00+00"],
    ["minutes", "1969-12-31 23:55:00+00"],
  ]);
});

test("a watermark that has not begun closes nothing", async () => {
  expect(await database.run(advanceFrontiers, [TOPIC])).toEqual([]);
  expect(await frontiers()).toEqual([
    ["hourly", "-infinity"],
    ["minutes", "-infinity"],
  ]);
});

test("a frontier never moves back, and says when it moves", async () => {
  await closeAt(database.owner, {
    minutes: "2026-01-15T12:30:00Z",
    hours: "2026-01-15T12:00:00Z",
  });
  await moveWatermark("2026-01-15T12:20:00Z");

  expect(await database.run(advanceFrontiers, [TOPIC])).toEqual([]);
  expect(await frontiers()).toEqual([
    ["hourly", "2026-01-15 12:00:00+00"],
    ["minutes", "2026-01-15 12:30:00+00"],
  ]);
});

test("closing what is open goes to the end of the newest window that holds a play", async () => {
  await insertFacts(database.owner, [
    { id: 1, at: "2026-01-15T12:03:00Z" },
    { id: 2, at: "2026-01-15T12:34:00Z" },
  ]);

  await database.run(closeOpenWindows);

  expect(await frontiers()).toEqual([
    ["hourly", "2026-01-15 13:00:00+00"],
    ["minutes", "2026-01-15 12:35:00+00"],
  ]);
});

test("closing what is open never moves a frontier back, and nothing where no window holds plays", async () => {
  await closeAt(database.owner, { hours: "2026-01-15T14:00:00Z" });
  expect(await database.run(closeOpenWindows)).toEqual([]);
  await insertFacts(database.owner, [{ id: 1 }]);

  expect(await database.run(closeOpenWindows)).toEqual([
    { window_kind: "minutes" },
  ]);
  expect(await frontiers()).toEqual([
    ["hourly", "2026-01-15 14:00:00+00"],
    ["minutes", "2026-01-15 12:05:00+00"],
  ]);
});

function moveWatermark(watermark: string) {
  return database.rows(
    "update topic_watermarks set watermark = $2 where topic = $1",
    [TOPIC, watermark],
  );
}

function frontiers() {
  return database.list(
    "select window_kind, closed_until from window_frontiers order by 1",
  );
}
