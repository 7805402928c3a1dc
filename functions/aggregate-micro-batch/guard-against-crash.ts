import type { RecordOutcome } from "#shared/domain/ledger.ts";
import type { MicroBatch } from "#shared/domain/micro-batch.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";
import type { RecordAttempts } from "#shared/ports/record-attempts.ts";

/** So many attempts at a record may end with the process that made them. */
const UNFINISHED_ATTEMPTS = 5;

/**
 * Has a record that came alone applied unless handlers have died of it: then it is rejected as `handler_crash`, unread.
 * An event source mapping bisects down to such a record whatever kills the handler, hence larger events pay nothing; an
 * event of one record pays a transaction more, also where it came alone because there was no other.
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
    // Who throws is alive. An end that the database does not take either is the port's to make up for.
    await attempts.endAttempt(record).catch(() => undefined);
    throw error;
  }
}

function rejectUnread(record: KafkaRecord): MicroBatch {
  const detail = `expected the handler to survive the record, and it did not in ${UNFINISHED_ATTEMPTS} attempts`;
  return {
    topic: record.topic,
    records: [record],
    plays: [],
    rejections: new Map([[0, { record, reason: "handler_crash", detail }]]),
  };
}
