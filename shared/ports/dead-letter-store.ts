import type { RecordOutcome } from "#shared/domain/ledger.ts";
import type { StoredLetter } from "#shared/domain/read-letter.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";

/** The table `dead_letters`. */
export interface DeadLetterStore {
  /** Stores each letter once, by its identity; `letters` holds one per record, in the records' order. */
  storeLetters(
    topic: string,
    records: readonly KafkaRecord[],
    letters: readonly StoredLetter[],
  ): Promise<RecordOutcome[]>;
}
