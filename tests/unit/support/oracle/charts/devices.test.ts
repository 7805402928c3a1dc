import { describe, expect, it } from "vitest";

import { expectCharts } from "#tests/support/oracle/charts/expect-charts.ts";
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

const SOURCE = makeSource(
  [
    // Two phones that differ much.
    ...makePlays(1, { deviceId: 1, listenSeconds: 0 }),
    ...makePlays(3, {
      deviceId: 2,
      listenSeconds: 200,
      isCompletePlay: true,
      playedAtMs: NOON_MS + 5 * MINUTE_MS,
    }),
    // As many streams as each other.
    ...makePlays(2, { deviceId: 3, listenSeconds: 50 }),
    ...makePlays(2, { deviceId: 4, listenSeconds: 60 }),
  ],
  {
    devices: makeDimension({
      1: { device_type: "phone", os: "iOS" },
      2: { device_type: "phone", os: "Android" },
      3: { device_type: "speaker", os: null },
      4: { device_type: "laptop", os: "iOS" },
    }),
  },
);

const ROWS = expectCharts("devices", SOURCE, makePeriod());

describe("device types", () => {
  it("come with the most streams first, and ties by name", () => {
    expect(ROWS["streams-by-type"]).toEqual([
      ["phone", 4],
      ["laptop", 2],
      ["speaker", 2],
    ]);
  });

  it("have rates of all their plays, in the same order", () => {
    expect(ROWS).toMatchObject({
      "listen-time-by-type": [
        ["phone", 150],
        ["laptop", 60],
        ["speaker", 50],
      ],
      "completion-by-type": [
        ["phone", 0.75],
        ["laptop", 0],
        ["speaker", 0],
      ],
    });
  });

  it("are in every bucket, in the order of the whole period", () => {
    expect(ROWS["usage"]).toEqual([
      [FIRST, "phone", 1],
      [FIRST, "laptop", 2],
      [FIRST, "speaker", 2],
      [SECOND, "phone", 3],
      [SECOND, "laptop", 0],
      [SECOND, "speaker", 0],
    ]);
  });
});

describe("operating systems", () => {
  it("come with the most streams first, ties by name, and a device without one is unknown", () => {
    expect(ROWS["completion-by-os"]).toEqual([
      ["Android", 1],
      ["iOS", 0],
      ["unknown", 0],
    ]);
  });

  it("are crossed with every device type, null where the two do not meet", () => {
    expect(ROWS["listen-time-by-type-and-os"]).toEqual([
      ["phone", "Android", 200],
      ["phone", "iOS", 0],
      ["phone", "unknown", null],
      ["laptop", "Android", null],
      ["laptop", "iOS", 60],
      ["laptop", "unknown", null],
      ["speaker", "Android", null],
      ["speaker", "iOS", null],
      ["speaker", "unknown", 50],
    ]);
  });
});
