import { explainMissingSchema } from "#shared/adapters/postgres/explain-missing-schema.ts";
import {
  createSession,
  type Transaction,
} from "#shared/adapters/postgres/session.ts";
import { loadStatement } from "#shared/sql.ts";

import { checkCommits, requireDrained } from "./check-kafka.ts";
import { loadValidationStatements } from "./load-validation-statements.ts";
import { queryRows } from "./query-rows.ts";
import {
  type HandledOffsetsRow,
  type KafkaSource,
  readCommits,
  readPartitionOffsets,
} from "./read-kafka-offsets.ts";
import {
  MAX_VIOLATIONS,
  type ValidationCheck,
  type ValidationReport,
  type ValidationResult,
} from "./result.ts";

const takeSnapshot = loadStatement("validation/session/take_snapshot");
const configureSnapshot = loadStatement(
  "validation/session/configure_snapshot",
);
const readHandledOffsets = loadStatement(
  "validation/ledger/read_handled_offsets",
);

// A million facts take seconds; hundreds of millions may take longer than any handler is allowed.
const TRANSACTION_TIMEOUT_MS = 30 * 60_000;
/** No report needs more; a table that is longer is nothing to read. */
const MAX_REPORT_ROWS = 500;

/** What is validated. */
export interface ValidationOptions {
  /** Of a role that may read all tables: reader or owner. */
  readonly databaseUrl: string;
  /** Without it the checks that compare Kafka with Postgres are skipped. */
  readonly kafka?: KafkaSource | undefined;
  readonly withReports?: boolean;
}

/**
 * Runs every check and report of `sql/validation/` in one snapshot of the database, and compares it with Kafka.
 * Throws what the adapters throw when Postgres or Kafka does not answer, and `schema_outdated` (user) where tables are
 * missing.
 */
export async function validate({
  databaseUrl,
  kafka,
  withReports = true,
}: ValidationOptions): Promise<ValidationResult> {
  const session = createSession({
    databaseUrl,
    applicationName: "validate",
    transactionTimeoutMs: TRANSACTION_TIMEOUT_MS,
  });
  try {
    // The commits first: Postgres commits before Kafka does, so what is committed now must be in the snapshot.
    const commits = kafka === undefined ? undefined : await readCommits(kafka);
    const snapshot = await session.transaction(async (transaction) => {
      await transaction.query(takeSnapshot);
      await transaction.query(configureSnapshot);
      return {
        handled: await transaction.query<HandledOffsetsRow>(readHandledOffsets),
        checks: await runChecks(transaction),
        reports: withReports ? await runReports(transaction) : [],
      };
    });
    const partitions =
      kafka === undefined || commits === undefined
        ? undefined
        : await readPartitionOffsets(kafka, commits, snapshot.handled);
    const checks = [
      ...requireDrained(snapshot.checks, partitions),
      checkCommits(partitions),
    ];
    return {
      ok: checks.every(({ passed }) => passed),
      checks,
      reports: snapshot.reports,
    };
  } catch (error) {
    throw explainMissingSchema(error, "validation");
  } finally {
    await session.close();
  }
}

/** Runs every check of `sql/validation/checks/` in a transaction that is open already. */
export async function runChecks(
  transaction: Pick<Transaction, "query">,
): Promise<ValidationCheck[]> {
  const checks: ValidationCheck[] = [];
  for (const { name, title, statement } of loadValidationStatements("checks")) {
    const { rows, totalCount } = await queryRows(
      transaction,
      statement,
      MAX_VIOLATIONS,
    );
    checks.push({
      name,
      title,
      passed: totalCount === 0,
      violationCount: totalCount,
      violations: rows,
    });
  }
  return checks;
}

/** Runs every report of `sql/validation/reports/` in a transaction that is open already. */
export async function runReports(
  transaction: Pick<Transaction, "query">,
): Promise<ValidationReport[]> {
  const reports: ValidationReport[] = [];
  for (const { name, title, statement } of loadValidationStatements(
    "reports",
  )) {
    const { rows } = await queryRows(transaction, statement, MAX_REPORT_ROWS);
    reports.push({ name, title, columns: Object.keys(rows[0] ?? {}), rows });
  }
  return reports;
}
