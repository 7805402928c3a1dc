import { describe, expect, it } from "vitest";

import { DASHBOARD_NAMES } from "#shared/domain/dashboards/answer.ts";
import { DASHBOARDS } from "#shared/domain/dashboards/dashboards.ts";
import { expectCharts } from "#tests/support/oracle/charts/expect-charts.ts";
import {
  makePeriod,
  makePlays,
  makeSource,
  MINUTE_MS,
  NOON_MS,
} from "./make-chart-source.ts";

const TABS = DASHBOARD_NAMES.filter((name) => name !== "pipeline");

describe.each(TABS)("the oracle of %s", (tab) => {
  const { charts } = DASHBOARDS[tab];
  const period = makePeriod();

  it("has the charts of its definition, and no other one", () => {
    const rows = expectCharts(tab, makeSource(makePlays(1)), period);

    expect(Object.keys(rows).toSorted()).toEqual(
      charts.map(({ id }) => id).toSorted(),
    );
  });

  it("gives every row the cells of the chart's columns", () => {
    const plays = makePlays(5, { playedAtMs: NOON_MS + 5 * MINUTE_MS });
    const rows = expectCharts(tab, makeSource(plays), period);

    for (const { id, columns } of charts) {
      const widths = new Set(rows[id]?.map((row) => row.length));
      expect([id, ...widths]).toEqual([id, columns.length]);
    }
  });
});

it("a play at the end of the period is not in it, and one at its beginning is", () => {
  const source = makeSource([
    ...makePlays(1, { playedAtMs: NOON_MS - 1 }),
    ...makePlays(2, { playedAtMs: NOON_MS }),
    ...makePlays(4, { playedAtMs: NOON_MS + 10 * MINUTE_MS - 1 }),
    ...makePlays(8, { playedAtMs: NOON_MS + 10 * MINUTE_MS }),
  ]);

  expect(
    expectCharts("devices", source, makePeriod())["streams-by-type"],
  ).toEqual([["unknown", 6]]);
});

it("a period that does not begin and end at borders of buckets is refused", () => {
  const source = makeSource([]);

  expect(() =>
    expectCharts("devices", source, makePeriod({ fromMs: NOON_MS + 1 })),
  ).toThrow(RangeError);
  expect(() =>
    expectCharts("devices", source, makePeriod({ bucketMs: 7 * MINUTE_MS })),
  ).toThrow(RangeError);
});
