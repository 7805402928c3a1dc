import { expect, test } from "vitest";

import {
  type FigureSources,
  listFigures,
} from "#shared/domain/dashboards/list-figures.ts";

const SOURCES: FigureSources = {
  outcomes: { accepted: 100, duplicate: 7, late: 3, rejected: 2 },
  windows: {
    watermark: "2026-01-15T12:00:00.000Z",
    watermarkDelaySeconds: 61.7,
    windows: [
      { openCount: 3, dueCount: 1, markedCount: 4 },
      { openCount: 2, dueCount: 0, markedCount: 1 },
    ],
  },
  letters: { waiting: 5, redriven: 6, buried: 8 },
  lag: [
    { topic: "users", records: 0, seconds: 0 },
    { topic: "stream-events", records: 40, seconds: 9.9 },
  ],
};

test("every figure has a value of one unit", () => {
  expect(listFigures(SOURCES)).toEqual([
    ["Plays handled", 109, null, null],
    ["Plays accepted", 100, null, null],
    ["Duplicates", 7, null, null],
    ["Late plays", 3, null, null],
    ["Plays rejected", 2, null, null],
    ["Watermark", null, null, "2026-01-15T12:00:00.000Z"],
    ["Watermark delay", null, 61, null],
    ["Open windows", 5, null, null],
    ["Windows due", 1, null, null],
    ["Windows to revise", 5, null, null],
    ["Dead letters waiting", 5, null, null],
    ["Dead letters redriven", 6, null, null],
    ["Dead letters buried", 8, null, null],
    ["Lag in records", 40, null, null],
    ["Lag in time", null, 9, null],
  ]);
});

test("lag is not known when that of one topic is not", () => {
  const lag = [...SOURCES.lag, { topic: "x", records: null, seconds: null }];

  expect(listFigures({ ...SOURCES, lag }).slice(-2)).toEqual([
    ["Lag in records", null, null, null],
    ["Lag in time", null, null, null],
  ]);
});

test("without a watermark there is no delay", () => {
  const windows = {
    watermark: null,
    watermarkDelaySeconds: null,
    windows: [],
  };

  expect(listFigures({ ...SOURCES, windows }).slice(5, 8)).toEqual([
    ["Watermark", null, null, null],
    ["Watermark delay", null, null, null],
    ["Open windows", 0, null, null],
  ]);
});
