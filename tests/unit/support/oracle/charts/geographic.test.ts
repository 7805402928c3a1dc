import { describe, expect, it } from "vitest";

import { expectCharts } from "#tests/support/oracle/charts/expect-charts.ts";
import type { ChartSource } from "#tests/support/oracle/charts/types.ts";
import {
  makeDimension,
  makePeriod,
  makePlays,
  makeSource,
  MINUTE_MS,
  NOON_MS,
} from "./make-chart-source.ts";

const FIRST = "2026-01-15T12:00:00Z";
const SECOND = "2026-01-15T12:05:00Z";

const expectRows = (source: ChartSource) =>
  expectCharts("geographic", source, makePeriod());

describe("a user who listened in two places", () => {
  const LOCATIONS = makeDimension({
    1: { country: "DE", region: "Hessen", city: "Kassel" },
    2: { country: "DE", region: "Hessen", city: "Fulda" },
    3: { country: "US", region: "Ohio", city: "Lima" },
  });

  it("counts once in each region and country of them, however often they listened", () => {
    const source = makeSource(
      [
        ...makePlays(3, { userId: 1, locationId: 1 }),
        ...makePlays(1, {
          userId: 1,
          locationId: 2,
          playedAtMs: NOON_MS + 5 * MINUTE_MS,
        }),
        ...makePlays(1, { userId: 1, locationId: 3 }),
        ...makePlays(1, { userId: 2, locationId: 3 }),
      ],
      { locations: LOCATIONS },
    );

    expect(expectRows(source)).toMatchObject({
      "unique-users-by-region": [
        ["Ohio, US", 2],
        ["Hessen, DE", 1],
      ],
      "unique-users-by-country": [
        ["US", 2],
        ["DE", 1],
      ],
      "streams-by-region": [
        ["Hessen, DE", 4],
        ["Ohio, US", 2],
      ],
      "streams-by-country": [
        ["DE", 4],
        ["US", 2],
      ],
    });
  });
});

describe("places with as many", () => {
  // 17 countries with one play of one user each, given in the wrong order.
  const letters = "qponmlkjihgfedcba".split("");
  const source = makeSource(
    letters.flatMap((_, index) => makePlays(1, { locationId: index + 1 })),
    {
      locations: makeDimension(
        Object.fromEntries(
          letters.map((letter, index) => [
            index + 1,
            { country: letter, region: "r" },
          ]),
        ),
      ),
    },
  );
  const sorted = letters.toSorted();

  it.each([["streams-by-country"], ["unique-users-by-country"]])(
    "are in the order of their names, and fifteen in %s",
    (chart) => {
      expect(expectRows(source)[chart]).toEqual(
        sorted.slice(0, 15).map((country) => [country, 1]),
      );
    },
  );

  it.each([["streams-by-region"], ["unique-users-by-region"]])(
    "are in the order of their names, and fifteen in %s, too",
    (chart) => {
      expect(expectRows(source)[chart]).toEqual(
        sorted.slice(0, 15).map((country) => [`r, ${country}`, 1]),
      );
    },
  );

  it("are all on the map", () => {
    expect(expectRows(source)["map"]).toEqual(
      sorted.map((country) => [country, 1]),
    );
  });
});

describe("regions", () => {
  it("of one name are kept apart by their country, and one without a name is unknown", () => {
    const source = makeSource(
      [1, 2, 3].flatMap((locationId) =>
        makePlays(4 - locationId, { locationId }),
      ),
      {
        locations: makeDimension({
          1: { country: "US", region: "Georgia" },
          2: { country: "GE", region: "Georgia" },
          3: { country: "GE", region: null },
        }),
      },
    );

    expect(expectRows(source)["streams-by-region"]).toEqual([
      ["Georgia, US", 3],
      ["Georgia, GE", 2],
      ["unknown, GE", 1],
    ]);
  });
});

describe("the top cities", () => {
  it("are the five locations with the most streams, in this order in every bucket, zeros included", () => {
    const source = makeSource(
      [
        ...makePlays(1, { locationId: 6 }),
        ...makePlays(1, { locationId: 5 }),
        ...makePlays(1, { locationId: 4 }),
        ...makePlays(2, { locationId: 3 }),
        ...makePlays(1, { locationId: 2 }),
        ...makePlays(3, {
          locationId: 1,
          playedAtMs: NOON_MS + 5 * MINUTE_MS,
        }),
      ],
      {
        locations: makeDimension({
          1: { country: "DE", city: "Kassel" },
          2: { country: "US", city: "Springfield" },
          3: { country: "US", city: "Springfield" },
          4: { country: "DE", city: null },
          5: { country: "CA", city: "Springfield" },
        }),
      },
    );

    expect(expectRows(source)["top-cities"]).toEqual([
      [FIRST, "Kassel, DE", 0],
      [FIRST, "Springfield, US (3)", 2],
      [FIRST, "Springfield, US (2)", 1],
      [FIRST, "location 4, DE", 1],
      [FIRST, "Springfield, CA", 1],
      [SECOND, "Kassel, DE", 3],
      [SECOND, "Springfield, US (3)", 0],
      [SECOND, "Springfield, US (2)", 0],
      [SECOND, "location 4, DE", 0],
      [SECOND, "Springfield, CA", 0],
    ]);
  });
});
