import { describe, expect, test } from "vitest";

import { publishWindows } from "#functions/close-windows/close-due-windows.ts";
import { applyPlays, useStores } from "#tests/support/races/open-stores.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const stores = useStores(database);

describe("a window's numbers", () => {
  test("come from the partial aggregates at its first publication, from the facts at its revision", async () => {
    const warehouse = stores.openWarehouse();
    const store = stores.openWindowStore();
    await applyPlays(warehouse, [{ id: 1 }]);
    await database.rows(
      "update user_engagement_partials set stream_counts = array[100]",
    );

    await store.closeOpenWindows();
    await publishWindows(store, 0);
    const atFirst = await streamCounts();
    await applyPlays(warehouse, [{ id: 2 }]);
    await publishWindows(store, 0);

    expect(atFirst).toEqual([[100]]);
    expect(await streamCounts()).toEqual([[2]]);
  });

  test("come from the facts at once where a late play marked the window before", async () => {
    const warehouse = stores.openWarehouse();
    const store = stores.openWindowStore();
    await applyPlays(warehouse, [{ id: 1 }]);
    await database.rows(
      "update user_engagement_partials set stream_counts = array[100]",
    );

    await store.closeOpenWindows();
    await applyPlays(warehouse, [{ id: 2 }]);
    await publishWindows(store, 0);

    expect(await streamCounts()).toEqual([[2]]);
    expect(await database.list("select from user_engagement_partials")).toEqual(
      [],
    );
  });
});

describe("a play just before a window's border", () => {
  // Postgres rounds to the nearest microsecond, which would be the next window's first.
  const ALMOST_FIVE = "2026-01-15T00:04:59.9999996Z";
  const rewrite = (json: string) =>
    json.replace(/"timestamp":"[^"]*"/, `"timestamp":"${ALMOST_FIVE}"`);

  test("stays in its window from the record to the published row", async () => {
    const store = stores.openWindowStore();
    await applyPlays(stores.openWarehouse(), [{ id: 1, rewrite }]);
    await store.closeOpenWindows();
    await publishWindows(store, 0);

    expect(
      await database.list('select "timestamp" from stream_events'),
    ).toEqual([["2026-01-15 00:04:59.999999+00"]]);
    expect(
      await database.list("select time_window from device_metrics"),
    ).toEqual([["2026-01-15 00:00:00+00"]]);
  });

  test("would be in the next window if Postgres read its text", async () => {
    expect(
      await database.list("select $1::timestamptz", [ALMOST_FIVE]),
    ).toEqual([["2026-01-15 00:05:00+00"]]);
  });

  test.for([
    ["0001-01-01T00:00:00Z", "0001-01-01 00:00:00+00"],
    ["1969-12-31T23:59:59.999999Z", "1969-12-31 23:55:00+00"],
    ["2024-02-29T23:59:59.999999+14:00", "2024-02-29 09:55:00+00"],
    ["2026-01-15T12:02:00-12:00", "2026-01-16 00:00:00+00"],
  ] as const)("is published with its window at %s", async ([at, window]) => {
    const store = stores.openWindowStore();
    await applyPlays(stores.openWarehouse(), [
      { id: 1, at, takenAt: "2026-01-17T00:00:00Z" },
    ]);
    await store.closeOpenWindows();
    await publishWindows(store, 0);

    expect(
      await database.list("select time_window from location_metrics"),
    ).toEqual([[window]]);
  });
});

function streamCounts() {
  return database.list("select stream_count from user_engagement_metrics");
}
