import { expect, it, test } from "vitest";

import { toAlpha2 } from "#functions/dashboard/page/map/country-code.ts";
import { buildMapOption } from "#functions/dashboard/page/map/map-option.ts";
import { readWorld } from "#functions/dashboard/page/map/world.ts";
import countries from "#shared/domain/catalogue/countries.json" with { type: "json" };
import { category, makeChart, THEME, value } from "./charts.ts";

test.for([
  ["840", "US"],
  ["276", "DE"],
  ["826", "GB"],
  ["410", "KR"],
  ["643", "RU"],
  ["384", "CI"],
  ["004", "AF"],
  ["807", "MK"],
  ["748", "SZ"],
  ["728", "SS"],
  ["", undefined],
  ["999", undefined],
  ["US", undefined],
] as const)("the country with the number %s is %s", ([numeric, alpha2]) => {
  expect(toAlpha2(numeric)).toBe(alpha2);
});

it("the map has every country of the catalogue, by code", () => {
  const codes = new Set(
    readWorld().features.map(({ properties }) => properties.name),
  );

  expect(
    countries.map(({ code }) => code).filter((code) => !codes.has(code)),
  ).toEqual([]);
  // What is not in ISO 3166 stays under its name, and nobody's data are taken for it.
  expect([...codes].filter((code) => !/^[A-Z]{2}$/.test(code)).sort()).toEqual([
    "Kosovo",
    "N. Cyprus",
    "Somaliland",
  ]);
});

it("a map gives each country its streams and projects without a break at the date line", () => {
  const chart = makeChart(
    "map",
    [category("country"), value("Streams")],
    [
      ["US", 12],
      ["DE", 3],
    ],
  );

  expect(
    buildMapOption(chart, { theme: THEME, animates: false, width: 500 }),
  ).toMatchObject({
    visualMap: { min: 0, max: 12 },
    series: {
      type: "map",
      data: [
        { name: "US", value: 12 },
        { name: "DE", value: 3 },
      ],
      projection: { stream: expect.any(Function) },
    },
  });
});
