import type { Connections } from "#compose/embedded/connection-env.ts";
import type { Status } from "#compose/runner/read-status.ts";
import { expectTables } from "#tests/support/oracle/expect-tables.ts";
import type { OracleOptions } from "#tests/support/oracle/types.ts";
import { listDifferences } from "#tests/support/pipeline/list-differences.ts";
import { listFailedChecks } from "#tests/support/pipeline/list-failed-checks.ts";
import type { Pipeline } from "#tests/support/pipeline/start-pipeline.ts";
import type { TopicRecord } from "#tests/support/pipeline/topic-client.ts";
import type { ProgressWatch } from "./watch-progress.ts";

/** What the invariants are looked for in; the pipeline has drained and still runs. */
export interface Evidence {
  readonly pipeline: Pick<Pipeline, "declaration" | "readStatus">;
  readonly database: Connections;
  /** Everything that the dimension topics and `stream-events` hold. */
  readonly records: readonly TopicRecord[];
  readonly oracle?: OracleOptions;
  /** Began before the fault. */
  readonly watch: ProgressWatch;
  /** How often each fault happened. */
  readonly faults: Readonly<Record<string, number>>;
}

/**
 * Lists what does not hold of the invariants I1 to I9 of faults.md; empty when the pipeline has survived. Ends the watch.
 */
export async function listViolations({
  pipeline,
  database,
  records,
  oracle,
  watch,
  faults,
}: Evidence): Promise<string[]> {
  // I1, I2, I3 and I6 against the oracle; I1, I3, I4 and I7 by the database's own accounts, and Kafka's commits.
  const differences = await listDifferences(
    database.databaseUrls.owner,
    records,
    await expectTables(records, oracle),
  );
  const failedChecks = await listFailedChecks(pipeline, database);
  return [
    ...differences,
    ...failedChecks,
    ...(await watch.stop()),
    ...listUnfinished(await pipeline.readStatus()),
    ...listAbsentFaults(faults),
  ];
}

/** Lists what still waits for the pipeline after a fault (I8). */
export function listUnfinished({
  topics,
  windows,
  letters,
}: Pick<Status, "topics" | "windows" | "letters">): string[] {
  return [
    ...topics
      .filter(({ lag }) => lag > 0)
      .map(({ topic, lag }) => `I8: ${topic} is ${lag} records behind`),
    ...windows
      .filter(({ dueCount, markedCount }) => dueCount + markedCount > 0)
      .map(({ kind }) => `I8: ${kind} windows wait to be published or revised`),
    ...(letters.due + letters.redriven > 0
      ? [
          `I8: ${letters.due} dead letters are due, ${letters.redriven} on their way`,
        ]
      : []),
  ];
}

/** Lists the faults that a test meant and that never happened (I9). */
export function listAbsentFaults(
  faults: Readonly<Record<string, number>>,
): string[] {
  const names = Object.keys(faults);
  if (names.length === 0) return ["I9: no fault was counted"];
  return names
    .filter((name) => !(Number(faults[name]) > 0))
    .map((name) => `I9: ${name} did not happen`);
}
