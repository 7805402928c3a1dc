import { z } from "zod";

import { describeSample } from "#tests/support/prometheus/parse-exposition.ts";

/** A value that CloudWatch would keep. */
export interface EmbeddedMetric {
  readonly namespace: string;
  readonly name: string;
  readonly unit: string;
  readonly dimensions: Readonly<Record<string, string>>;
  readonly values: readonly number[];
}

const DAY_MS = 24 * 60 * 60_000;
const OLDEST_MS = 14 * DAY_MS;
const NEWEST_MS = 2 * 60 * 60_000;
const LARGEST_BYTES = 1024 * 1024;

const PREFIXES = ["", "Kilo", "Mega", "Giga", "Tera"];
const AMOUNTS = PREFIXES.flatMap((prefix) =>
  ["Bytes", "Bits"].map((unit) =>
    prefix === "" ? unit : `${prefix}${unit.toLowerCase()}`,
  ),
);
const UNITS: readonly string[] = [
  "Seconds",
  "Microseconds",
  "Milliseconds",
  "Percent",
  "None",
  ...["Count", ...AMOUNTS].flatMap((unit) => [unit, `${unit}/Second`]),
];

const text = z.string().min(1).max(255);
const directive = z.strictObject({
  Namespace: text.refine((name) => !name.startsWith("AWS/")),
  Dimensions: z.array(z.array(text).max(30)).min(1),
  Metrics: z
    .array(
      z.strictObject({
        Name: text,
        Unit: z.enum(UNITS).default("None"),
        StorageResolution: z.union([z.literal(1), z.literal(60)]).optional(),
      }),
    )
    .min(1)
    .max(100),
});
const rootNode = z.looseObject({
  _aws: z.strictObject({
    Timestamp: z.int(),
    CloudWatchMetrics: z.array(directive).min(1),
  }),
});
const metricValue = z.union([
  z.number().transform((value) => [value]),
  z.array(z.number()).min(1).max(100),
]);

/**
 * Reads a line of a log as CloudWatch does (Specification: Embedded metric format), stricter where that passes over
 * something in silence. Throws what is wrong. Written from the specification, not from the library that writes it.
 */
export function parseEmbeddedMetrics(
  line: string,
  nowMs: number,
): EmbeddedMetric[] {
  if (Buffer.byteLength(line) > LARGEST_BYTES)
    throw new SyntaxError("larger than CloudWatch takes");
  const root = rootNode.parse(JSON.parse(line));
  const { Timestamp: atMs, CloudWatchMetrics: directives } = root._aws;
  if (atMs < nowMs - OLDEST_MS || atMs > nowMs + NEWEST_MS)
    throw new RangeError(
      `${atMs} is not among the times that CloudWatch takes`,
    );
  return directives.flatMap((given) =>
    given.Dimensions.flatMap((names) => {
      const dimensions = Object.fromEntries(
        names.map((name) => [name, text.parse(root[name])]),
      );
      return given.Metrics.map((metric) => ({
        namespace: given.Namespace,
        name: metric.Name,
        unit: metric.Unit,
        dimensions,
        values: metricValue.parse(root[metric.Name]),
      }));
    }),
  );
}

/** The metrics among the lines of a log, in order; a line without `_aws` is none. */
export function findEmbeddedMetrics(
  log: string,
  nowMs = Date.now(),
): EmbeddedMetric[] {
  return log
    .split("\n")
    .filter((line) => line.includes('"_aws"'))
    .flatMap((line) => parseEmbeddedMetrics(line, nowMs));
}

/** Values by what `describeSample` calls them, as CloudWatch's statistics of the given metrics are. */
export function summarizeMetrics(
  metrics: readonly EmbeddedMetric[],
  statistic: "sum" | "last",
): Record<string, number> {
  const summary: Record<string, number> = {};
  for (const { name, dimensions, values } of metrics) {
    for (const value of values) {
      const sample = describeSample({ name, labels: dimensions, value });
      summary[sample] =
        statistic === "sum" ? (summary[sample] ?? 0) + value : value;
    }
  }
  return summary;
}
