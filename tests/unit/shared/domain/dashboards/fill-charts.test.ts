import { expect, test } from "vitest";

import { DASHBOARD_NAMES } from "#shared/domain/dashboards/answer.ts";
import { category, value } from "#shared/domain/dashboards/columns.ts";
import { DASHBOARDS } from "#shared/domain/dashboards/dashboards.ts";
import { fillCharts } from "#shared/domain/dashboards/fill-charts.ts";

const STREAMS = {
  id: "streams",
  title: "Streams",
  kind: "bar",
  columns: [category("hour", "Hour", "time"), value("n", "Streams", "count")],
} as const;
const RATES = { ...STREAMS, id: "rates", title: "Rates" };

test("each chart gets its rows in their order, and one without rows is there", () => {
  expect(
    fillCharts(
      [STREAMS, RATES],
      [
        { chart: "streams", cells: ["b", 2], provisional: false },
        { chart: "streams", cells: ["a", null], provisional: true },
      ],
    ),
  ).toEqual([
    {
      ...STREAMS,
      rows: [
        ["b", 2],
        ["a", null],
      ],
      provisional: [false, true],
    },
    { ...RATES, rows: [], provisional: [] },
  ]);
});

test("a row of no chart is a fault", () => {
  expect(() =>
    fillCharts([RATES], [{ chart: "x", cells: [], provisional: false }]),
  ).toThrow("there is no chart x for its rows");
});

test("a row that does not fit the columns is a fault", () => {
  expect(() =>
    fillCharts([RATES], [{ chart: "rates", cells: ["a"], provisional: false }]),
  ).toThrow("a row of rates has 1 cells; expected 2");
});

test.for(DASHBOARD_NAMES)("the charts of %s can be drawn", (name) => {
  const { charts } = DASHBOARDS[name];
  const ids = charts.map(({ id }) => id);

  expect(new Set(ids).size).toBe(ids.length);
  for (const { id, kind, columns } of charts) {
    expect(id).toMatch(/^[a-z]+(-[a-z]+)*$/);
    const count = (role: string) =>
      columns.filter((column) => column.role === role).length;
    const units = new Set(
      columns.filter(({ role }) => role === "value").map(({ unit }) => unit),
    );
    expect(new Set(columns.map((column) => column.name)).size).toBe(
      columns.length,
    );
    if (kind === "table" || kind === "figures") continue;
    expect({ id, categories: count("category"), units: units.size }).toEqual({
      id,
      categories: kind === "heat-map" ? 2 : 1,
      units: 1,
    });
    expect(count("series")).toBeLessThanOrEqual(1);
  }
});
