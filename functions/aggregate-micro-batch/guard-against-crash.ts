import type { RecordOutcome } from "#shared/domain/ledger.ts";
import type { MicroBatch } from "#shared/domain/micro-batch.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";
import type { RecordAttempts } from "#shared/ports/record-attempts.ts";

/** So many attempts at a record may end with the process that made them. */
const UNFINISHED_ATTEMPTS = 5;

/**
 * Has a record that came alone applied unless handlers have died of it: then it is rejected as `handler_crash`, unread.
 * Only what the event source mapping has bisected down to one record comes here, hence larger events pay nothing.
 *
 * @param work decodes and applies the record; a commit ends the attempt
 * @param reject applies a micro-batch that holds the rejection only
 */
export async function guardAgainstCrash(
  record: KafkaRecord,
  attempts: RecordAttempts,
  {
    work,
    reject,
  }: {
    readonly work: () => Promise<RecordOutcome[]>;
    readonly reject: (microBatch: MicroBatch) => Promise<RecordOutcome[]>;
  },
): Promise<RecordOutcome[]> {
  // A database that is dead counts nothing: this throws.
  const attempt = await attempts.beginAttempt(record);
  if (attempt > UNFINISHED_ATTEMPTS) return reject(rejectUnread(record));
  try {
    return await work();
  } catch (error) {
    // Who throws is alive. Where the database is gone too its row stays, and goes with the next attempt that ends.
    await attempts.endAttempt(record).catch(() => undefined);
    throw error;
  }
}

function rejectUnread(record: KafkaRecord): MicroBatch {
  const detail = `expected the handler to survive the record, and it did not in ${UNFINISHED_ATTEMPTS} attempts`;
  return {
    topic: record.topic,
    records: [record],
    staged: [],
    rejections: new Map([[0, { record, reason: "handler_crash", detail }]]),
  };
}
