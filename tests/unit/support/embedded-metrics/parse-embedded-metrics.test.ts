import { describe, expect, test } from "vitest";

import {
  findEmbeddedMetrics,
  parseEmbeddedMetrics,
  summarizeMetrics,
} from "#tests/support/embedded-metrics/parse-embedded-metrics.ts";

const NOW_MS = Date.UTC(2026, 2, 1);
const HOUR_MS = 60 * 60_000;

/** A document of one directive, each part of which can be another one. */
function makeDocument({
  root = {},
  aws = {},
  directive = {},
  metric = {},
}: Partial<
  Record<"root" | "aws" | "directive" | "metric", Record<string, unknown>>
> = {}): string {
  return JSON.stringify({
    _aws: {
      Timestamp: NOW_MS,
      CloudWatchMetrics: [
        {
          Namespace: "music",
          Dimensions: [["service", "reason"]],
          Metrics: [{ Name: "Rejected", Unit: "Count", ...metric }],
          ...directive,
        },
      ],
      ...aws,
    },
    service: "plays",
    reason: "malformed",
    Rejected: 3,
    ...root,
  });
}

const parse = (line: string) => parseEmbeddedMetrics(line, NOW_MS);

test("a document is read with its namespace, dimensions, unit and values", () => {
  const metric = {
    namespace: "music",
    name: "Rejected",
    unit: "Count",
    dimensions: { service: "plays", reason: "malformed" },
    values: [3],
  };

  expect(parse(makeDocument())).toEqual([metric]);
  expect(parse(makeDocument({ root: { Rejected: [1, 2] } }))).toEqual([
    { ...metric, values: [1, 2] },
  ]);
  expect(
    parse(makeDocument({ directive: { Dimensions: [["service"], []] } })),
  ).toEqual([
    { ...metric, dimensions: { service: "plays" } },
    { ...metric, dimensions: {} },
  ]);
});

test("documents among the lines of a log add up, or the last one counts", () => {
  const log = [
    '{"level":"INFO"}',
    makeDocument(),
    "plain",
    makeDocument({ root: { Rejected: [1, 1] } }),
  ].join("\n");
  const metrics = findEmbeddedMetrics(log, NOW_MS);
  const sample = 'Rejected{reason="malformed",service="plays"}';

  expect(summarizeMetrics(metrics, "sum")).toEqual({ [sample]: 5 });
  expect(summarizeMetrics(metrics, "last")).toEqual({ [sample]: 1 });
});

const many = (count: number, value: unknown) =>
  Array.from({ length: count }, () => value);

describe("a planted fault is refused:", () => {
  test.each([
    [
      "something before the document",
      `x ${makeDocument()}`,
      "Unexpected token",
    ],
    [
      "something after the document",
      `${makeDocument()} x`,
      "Unexpected non-whitespace",
    ],
    ["no metadata", JSON.stringify({ Rejected: 3 }), '"_aws"'],
    ["no time", makeDocument({ aws: { Timestamp: undefined } }), '"Timestamp"'],
    [
      "a time in words",
      makeDocument({ aws: { Timestamp: "2026-03-01" } }),
      '"Timestamp"',
    ],
    [
      "a time in seconds",
      makeDocument({ aws: { Timestamp: NOW_MS / 1000 } }),
      "among the times",
    ],
    [
      "a time that is too far ahead",
      makeDocument({ aws: { Timestamp: NOW_MS + 3 * HOUR_MS } }),
      "among the times",
    ],
    [
      "a member that is not known",
      makeDocument({ aws: { Version: 0 } }),
      "Version",
    ],
    [
      "no directive",
      makeDocument({ aws: { CloudWatchMetrics: [] } }),
      '"CloudWatchMetrics"',
    ],
    [
      "no namespace",
      makeDocument({ directive: { Namespace: "" } }),
      '"Namespace"',
    ],
    [
      "a namespace of AWS's",
      makeDocument({ directive: { Namespace: "AWS/Lambda" } }),
      '"Namespace"',
    ],
    [
      "dimensions that are no sets",
      makeDocument({ directive: { Dimensions: ["service"] } }),
      '"Dimensions"',
    ],
    [
      "too many dimensions",
      makeDocument({ directive: { Dimensions: [many(31, "service")] } }),
      '"Dimensions"',
    ],
    [
      "a dimension without a value",
      makeDocument({ root: { reason: undefined } }),
      "received undefined",
    ],
    [
      "a dimension that is a number",
      makeDocument({ root: { reason: 3 } }),
      "received number",
    ],
    [
      "an empty dimension",
      makeDocument({ root: { reason: "" } }),
      ">=1 characters",
    ],
    ["no metric", makeDocument({ directive: { Metrics: [] } }), '"Metrics"'],
    [
      "too many metrics",
      makeDocument({ directive: { Metrics: many(101, { Name: "Rejected" }) } }),
      '"Metrics"',
    ],
    [
      "a unit that CloudWatch does not have",
      makeDocument({ metric: { Unit: "Records" } }),
      '"Unit"',
    ],
    [
      "a resolution that CloudWatch does not have",
      makeDocument({ metric: { StorageResolution: 5 } }),
      '"StorageResolution"',
    ],
    [
      "a metric without a value",
      makeDocument({ metric: { Name: "Other" } }),
      "Invalid input",
    ],
    // What JSON makes of NaN.
    [
      "a value that is no number",
      makeDocument({ root: { Rejected: null } }),
      "Invalid input",
    ],
    [
      "a value in words",
      makeDocument({ root: { Rejected: "3" } }),
      "Invalid input",
    ],
    [
      "too many values",
      makeDocument({ root: { Rejected: many(101, 1) } }),
      "Too big",
    ],
    [
      "a document that is too large",
      makeDocument({ root: { note: "x".repeat(1024 * 1024) } }),
      "larger than",
    ],
  ])("%s", (_, line, fault) => {
    expect(() => parse(line)).toThrow(fault);
  });
});
