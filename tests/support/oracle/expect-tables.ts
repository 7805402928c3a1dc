import { tmpdir } from "node:os";
import { join } from "node:path";

import {
  DuckDBInstance,
  type DuckDBConnection,
  type DuckDBValue,
} from "@duckdb/node-api";

import { buildMetricQueries } from "./aggregate-windows.ts";
import {
  CONFLICTING_IDS,
  FACTS,
  judgePlays,
  ORDER_DEPENDENT_IDS,
  OUTCOMES,
  REPEATED_POSITION,
} from "./judge-plays.ts";
import { loadRecords } from "./load-records.ts";
import type {
  ExpectedTables,
  OracleOptions,
  OracleRecord,
  Outcome,
  PlayOutcome,
  Row,
} from "./types.ts";

const isRow = (row: Readonly<Record<string, DuckDBValue>>): row is Row =>
  Object.values(row).every((cell) => cell !== null && typeof cell !== "object");

async function selectRows(
  connection: DuckDBConnection,
  query: string,
): Promise<Row[]> {
  const reader = await connection.runAndReadAll(query);
  const rows = reader.getRowObjects();
  if (!rows.every(isRow)) {
    throw new TypeError(
      `The oracle's query gave a null or a nested value: ${query}`,
    );
  }
  return rows;
}

async function selectIds(
  connection: DuckDBConnection,
  query: string,
): Promise<string[]> {
  const rows = await selectRows(connection, query);
  return rows.map((row) => String(row["event_id"]));
}

const OUTCOME_NAMES: readonly Outcome[] = [
  "accepted",
  "duplicate",
  "rejected:malformed_json",
  "rejected:invalid_schema",
  "rejected:conflicting_duplicate",
  "rejected:future_timestamp",
  "rejected:older_than_retention",
  "rejected:unknown_reference",
];

function findOutcome(text: unknown): Outcome {
  const outcome = OUTCOME_NAMES.find((name) => name === text);
  if (outcome === undefined) {
    throw new TypeError(
      `The oracle's query gave the outcome ${String(text)}, which it does not know.`,
    );
  }
  return outcome;
}

async function selectOutcomes(
  connection: DuckDBConnection,
): Promise<PlayOutcome[]> {
  const reader = await connection.runAndReadAll(OUTCOMES);
  return reader.getRows().map(([partition, offset, eventId, outcome]) => ({
    partition: Number(partition),
    offset: Number(offset),
    eventId: typeof eventId === "string" ? eventId : null,
    outcome: findOutcome(outcome),
  }));
}

function countOutcomes(
  outcomes: readonly PlayOutcome[],
): Record<Outcome, number> {
  const counts: Record<Outcome, number> = {
    accepted: 0,
    duplicate: 0,
    "rejected:malformed_json": 0,
    "rejected:invalid_schema": 0,
    "rejected:conflicting_duplicate": 0,
    "rejected:future_timestamp": 0,
    "rejected:older_than_retention": 0,
    "rejected:unknown_reference": 0,
  };
  for (const { outcome } of outcomes) {
    counts[outcome] += 1;
  }
  return counts;
}

async function refuseRepeatedPosition(
  connection: DuckDBConnection,
): Promise<void> {
  const [repeated] = await selectRows(connection, REPEATED_POSITION);
  if (repeated !== undefined) {
    throw new RangeError(
      `stream-events ${String(repeated["partition_id"])}:${String(repeated["record_offset"])} was given twice; ` +
        "the oracle expects each record once, so read the topic from its start to its end one time.",
    );
  }
}

function readWindowUs(
  name: keyof Omit<OracleOptions, "retention">,
  windowMs: number,
): bigint {
  if (!Number.isSafeInteger(windowMs) || windowMs <= 0) {
    throw new RangeError(
      `${name} is ${windowMs}; give a whole number of milliseconds above 0.`,
    );
  }
  return BigInt(windowMs) * 1000n;
}

/**
 * Computes what the records of the six dimension topics and `stream-events`, in any order, must give (faults.md, I2).
 * Dimensions count as loaded before the plays, on each side of the retention horizon's move; throws for another topic and for a position given twice.
 */
export async function expectTables(
  records: Iterable<OracleRecord>,
  {
    minuteWindowMs = 300_000,
    hourWindowMs = 3_600_000,
    retention,
  }: OracleOptions = {},
): Promise<ExpectedTables> {
  const queries = buildMetricQueries(
    readWindowUs("minuteWindowMs", minuteWindowMs),
    readWindowUs("hourWindowMs", hourWindowMs),
  );
  const judgements = judgePlays(retention);
  const instance = await DuckDBInstance.create(":memory:", {
    threads: "2",
    temp_directory: join(tmpdir(), `oracle-${process.pid}`),
    autoinstall_known_extensions: "false",
    autoload_known_extensions: "false",
  });
  const connection = await instance.connect();
  try {
    await loadRecords(connection, records);
    await refuseRepeatedPosition(connection);
    for (const statement of judgements) {
      await connection.run(statement);
    }
    const outcomes = await selectOutcomes(connection);
    return {
      userEngagement: await selectRows(connection, queries.userEngagement),
      contentPerformance: await selectRows(
        connection,
        queries.contentPerformance,
      ),
      device: await selectRows(connection, queries.device),
      location: await selectRows(connection, queries.location),
      hourly: await selectRows(connection, queries.hourly),
      facts: await selectRows(connection, FACTS),
      outcomes,
      outcomeCounts: countOutcomes(outcomes),
      conflictingIds: await selectIds(connection, CONFLICTING_IDS),
      orderDependentIds: await selectIds(connection, ORDER_DEPENDENT_IDS),
    };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}
