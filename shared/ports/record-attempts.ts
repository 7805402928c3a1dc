import type { KafkaRecord } from "#shared/domain/record.ts";

/** Attempts at a record that came alone; they outlive a handler that dies of it. */
export interface RecordAttempts {
  /** Counts and commits an attempt that begins; returns how many have begun since one ended, this one included. */
  beginAttempt(record: KafkaRecord): Promise<number>;
  /** Forgets the attempts at a record; a committed micro-batch of one record has done so already. */
  endAttempt(record: KafkaRecord): Promise<void>;
}
