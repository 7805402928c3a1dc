import type { KafkaRecord } from "#shared/domain/record.ts";
import { loadStatement } from "#shared/sql.ts";

import { hashPayload, toCalendarMs } from "./record-identity.ts";
import type { Transaction } from "./session.ts";

const beginStatement = loadStatement("queries/record-attempts/begin_attempt");
const endStatement = loadStatement("queries/record-attempts/end_attempt");

/** Counts an attempt at a record; returns how many have begun since one ended. */
export async function beginAttempt(
  transaction: Transaction,
  record: KafkaRecord,
): Promise<number> {
  const [row] = await transaction.query<{ attempt_count: number }>(
    beginStatement,
    identify(record),
  );
  if (row === undefined) throw new Error("begin_attempt.sql returned no row");
  return row.attempt_count;
}

/** Forgets the attempts at a record, together with whatever else the transaction does. */
export async function endAttempt(
  transaction: Transaction,
  record: KafkaRecord,
): Promise<void> {
  await transaction.query(endStatement, identify(record));
}

function identify(record: KafkaRecord): readonly unknown[] {
  return [
    record.topic,
    record.partition,
    record.offset,
    toCalendarMs(record.timestampMs),
    hashPayload(record),
  ];
}
