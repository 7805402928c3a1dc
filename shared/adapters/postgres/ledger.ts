import {
  accountOutcomes,
  type LedgerRow,
  type RecordOutcome,
  startsNewIncarnation,
} from "#shared/domain/ledger.ts";
import { parseOffsetRanges } from "#shared/domain/offset-ranges.ts";
import type { RecordPosition } from "#shared/domain/record.ts";
import { loadStatement } from "#shared/sql.ts";

import type { Transaction } from "./session.ts";

const lockPartitions = loadStatement("queries/ledger/lock_partitions");
const registerPartitions = loadStatement("queries/ledger/register_partitions");
const recordOutcomes = loadStatement("queries/ledger/record_outcomes");

interface LockedRow {
  readonly partition: number;
  readonly incarnation: number;
  readonly handled_offsets: string;
  readonly rejected_counts: Record<string, number>;
  readonly newest_record_ms: string | null;
}

/**
 * Locks the ledger rows of these records' partitions until the transaction ends, the same record delivered twice at
 * once then waits for the first. Returns the newest incarnation of each.
 */
export async function lockLedger(
  transaction: Transaction,
  topic: string,
  records: readonly RecordPosition[],
): Promise<LedgerRow[]> {
  const partitions = [
    ...new Set(records.map(({ partition }) => partition)),
  ].sort((a, b) => a - b);
  const rows = await readRows(transaction, topic, partitions);
  if (rows.length < partitions.length) {
    await transaction.query(registerPartitions, [topic, partitions]);
    return readRows(transaction, topic, partitions);
  }
  // A statement that has waited for the old row does not see the new one that the rival inserted under that lock.
  return rows.some((row) => startsNewIncarnation(row, records))
    ? readRows(transaction, topic, partitions)
    : rows;
}

async function readRows(
  transaction: Transaction,
  topic: string,
  partitions: readonly number[],
): Promise<LedgerRow[]> {
  const locked = await transaction.query<LockedRow>(lockPartitions, [
    topic,
    partitions,
  ]);
  const newest = new Map(locked.map((row) => [row.partition, row]));
  return [...newest.values()].map((row) => ({
    partition: row.partition,
    incarnation: row.incarnation,
    handledOffsets: parseOffsetRanges(row.handled_offsets),
    rejectedCounts: row.rejected_counts,
    newestRecordMs:
      row.newest_record_ms === null ? null : Number(row.newest_record_ms),
  }));
}

/** Enters the outcomes of a micro-batch; the rows are those that `lockLedger` returned. */
export async function enterLedger(
  transaction: Transaction,
  topic: string,
  rows: readonly LedgerRow[],
  outcomes: readonly RecordOutcome[],
): Promise<void> {
  const changes = accountOutcomes(rows, outcomes).map((change) => ({
    partition: change.partition,
    incarnation: change.incarnation,
    handled_offsets: change.handledOffsets,
    accepted_count: change.acceptedCount,
    duplicate_count: change.duplicateCount,
    redelivered_count: change.redeliveredCount,
    late_count: change.lateCount,
    rejected_counts: change.rejectedCounts,
    newest_event_micros: change.newestEventMicros,
    newest_record_ms: change.newestRecordMs,
  }));
  await transaction.query(recordOutcomes, [topic, JSON.stringify(changes)]);
}
