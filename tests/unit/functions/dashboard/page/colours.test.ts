import { readFileSync } from "node:fs";

import { describe, expect, it } from "vitest";

import {
  contrastOf,
  mixColours,
  parseColour,
  pickTextOn,
} from "#functions/dashboard/page/charts/contrast.ts";
import { readTheme } from "#functions/dashboard/page/charts/theme.ts";

const sheet = readFileSync(
  new URL(
    "../../../../../functions/dashboard/page/colours.css",
    import.meta.url,
  ),
  "utf8",
);
const [lightSheet = "", darkSheet = ""] = sheet.split("@media");
const light = readProperties(lightSheet);
const dark = new Map([...light, ...readProperties(darkSheet)]);

/** Distances below this are hard to see as two colours side by side. */
const LEAST_DISTANCE = 8;

/** What people without one kind of cone see (Machado, Oliveira and Fernandes 2009, severity 1), on linear RGB. */
const SIGHTS = {
  "full colour vision": [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
} as const;

it("contrasts are those of WCAG", () => {
  expect(contrastOf("#000000", "#ffffff")).toBeCloseTo(21, 5);
  expect(contrastOf("#777777", "#ffffff")).toBeCloseTo(4.48, 2);
  expect(pickTextOn("#0a3a70")).toBe("#ffffff");
  expect(mixColours(["#000000", "#ff0000", "#ffffff"], 0.75)).toBe("#ff8080");
});

describe.each([
  ["light", light],
  ["dark", dark],
] as const)("%s", (_, properties) => {
  const read = (name: string) => properties.get(name) ?? "";
  const theme = readTheme(read);

  it.each([
    ["--text", "--page"],
    ["--text", "--surface"],
    ["--muted", "--page"],
    ["--muted", "--surface"],
    ["--accent", "--page"],
    ["--accent", "--surface"],
    ["--on-accent", "--accent"],
    ["--on-warning", "--warning"],
  ])("text %s can be read on %s", (text, background) => {
    expect(contrastOf(read(text), read(background))).toBeGreaterThanOrEqual(
      4.5,
    );
  });

  it("the edges of controls and all series can be seen on their card", () => {
    const seen = [read("--control"), ...theme.series];

    expect(
      seen.filter((colour) => contrastOf(colour, theme.surface) < 3),
    ).toEqual([]);
  });

  it.each(Object.entries(SIGHTS))(
    "series can be told apart with %s",
    (__, sight) => {
      const seen = theme.series.map((colour) => toLab(colour, sight));

      const closest = Math.min(
        ...seen.flatMap((one, index) =>
          seen.slice(index + 1).map((other) => distance(one, other)),
        ),
      );

      expect(closest).toBeGreaterThan(LEAST_DISTANCE);
    },
  );

  it("the scale of heat goes one way in lightness", () => {
    const contrasts = theme.heat.map((colour) =>
      contrastOf(colour, theme.surface),
    );

    expect(contrasts.toSorted((left, right) => left - right)).toEqual(
      contrasts,
    );
  });
});

function readProperties(text: string): Map<string, string> {
  return new Map(
    [...text.matchAll(/(--[\w-]+):\s*([^;]+);/g)].map(
      ([, name = "", content = ""]) => [name, content],
    ),
  );
}

/** CIELAB of a colour as somebody sees it. */
function toLab(
  colour: string,
  sight: readonly (readonly number[])[],
): readonly number[] {
  const linear = parseColour(colour).map((channel) => {
    const part = channel / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  const seen = multiply(sight, linear).map((part) =>
    Math.min(Math.max(part, 0), 1),
  );
  const [x = 0, y = 0, z = 0] = multiply(
    [
      [0.4124, 0.3576, 0.1805],
      [0.2126, 0.7152, 0.0722],
      [0.0193, 0.1192, 0.9505],
    ],
    seen,
  );
  const [fx, fy, fz] = [x / 0.9505, y, z / 1.089].map((part) =>
    part > 0.008856 ? Math.cbrt(part) : 7.787 * part + 16 / 116,
  );
  return [
    116 * (fy ?? 0) - 16,
    500 * ((fx ?? 0) - (fy ?? 0)),
    200 * ((fy ?? 0) - (fz ?? 0)),
  ];
}

function multiply(
  matrix: readonly (readonly number[])[],
  vector: readonly number[],
): number[] {
  return matrix.map((row) =>
    row.reduce((sum, part, index) => sum + part * (vector[index] ?? 0), 0),
  );
}

function distance(one: readonly number[], other: readonly number[]): number {
  return Math.hypot(...one.map((part, index) => part - (other[index] ?? 0)));
}
