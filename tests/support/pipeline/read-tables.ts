import { Client, TypeOverrides, types } from "pg";

import type { ActualRow } from "#tests/support/oracle/compare-tables.ts";

/** The tables that the oracle computes, under its names. */
export const METRIC_TABLES = {
  userEngagement: "user_engagement",
  contentPerformance: "content_performance",
  device: "device",
  location: "location",
  hourly: "hourly",
} as const;

export type MetricName = keyof typeof METRIC_TABLES;

/** Rows by table, times as microseconds since the epoch. */
export type Tables = Readonly<
  Record<MetricName | "facts", readonly ActualRow[]>
>;

/** Names of the metrics in the order of design.md, 3. */
export const METRIC_NAMES: readonly MetricName[] = [
  "userEngagement",
  "contentPerformance",
  "device",
  "location",
  "hourly",
];

/** Runs one statement on a connection of its own and returns its rows; timestamps stay text. */
export async function selectRows<Row extends ActualRow = ActualRow>(
  databaseUrl: string,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  const client = new Client({
    connectionString: databaseUrl,
    types: textTypes,
  });
  // Whoever waits for an answer is told; nobody else has to be.
  client.on("error", () => undefined);
  await client.connect();
  try {
    return (await client.query<Row>(text, [...values])).rows;
  } finally {
    await client.end();
  }
}

/** Reads the five metric tables, `revision` included, and the facts. */
export async function readTables(databaseUrl: string): Promise<Tables> {
  const facts = await selectRows<{ fact: ActualRow; timestamp: string }>(
    databaseUrl,
    `select to_jsonb(f) - 'timestamp' as fact, ${micros('"timestamp"')} as "timestamp" from stream_events f`,
  );
  return {
    ...(await readMetrics(databaseUrl, "metrics")),
    facts: facts.map(({ fact, ...row }) => ({
      ...fact,
      ...row,
    })),
  };
}

/** Reads the metric tables or the views of the same metrics that show open windows too. */
export async function readMetrics(
  databaseUrl: string,
  kind: "metrics" | "live",
): Promise<Record<MetricName, ActualRow[]>> {
  const read = (metric: string) => readMetric(databaseUrl, `${metric}_${kind}`);
  return {
    userEngagement: await read(METRIC_TABLES.userEngagement),
    contentPerformance: await read(METRIC_TABLES.contentPerformance),
    device: await read(METRIC_TABLES.device),
    location: await read(METRIC_TABLES.location),
    hourly: await read(METRIC_TABLES.hourly),
  };
}

async function readMetric(
  databaseUrl: string,
  relation: string,
): Promise<ActualRow[]> {
  const rows = await selectRows(
    databaseUrl,
    `select m.*, ${micros("time_window")} as window_micros from ${relation} m`,
  );
  return rows.map(({ window_micros: timeWindow, ...row }) => ({
    ...row,
    time_window: timeWindow,
  }));
}

// extract() gives a numeric, which loses no microsecond as a double would.
const micros = (column: string): string =>
  `(extract(epoch from ${column}) * 1000000)::bigint`;

// The text of a time loses nothing either; the client would turn it into a Date of milliseconds.
const textTypes = new TypeOverrides();
for (const type of [types.builtins.TIMESTAMPTZ, types.builtins.DATE]) {
  textTypes.setTypeParser(type, (text: string) => text);
}
