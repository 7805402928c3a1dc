import type { KafkaRecord } from "#shared/domain/record.ts";
import type { RecordAttempts } from "#shared/ports/record-attempts.ts";

/**
 * Attempts of a process that lives on although the database did not answer: what could not be written down as ended is
 * made up for before the next attempt begins. Else a database that comes and goes would have a healthy record rejected.
 */
export function makeUpEndedAttempts(attempts: RecordAttempts): RecordAttempts {
  const owed = new Set<KafkaRecord>();

  const endAttempt = async (record: KafkaRecord): Promise<void> => {
    owed.add(record);
    await attempts.endAttempt(record);
    owed.delete(record);
  };

  return {
    endAttempt,
    beginAttempt: async (record) => {
      for (const before of owed) await endAttempt(before);
      try {
        return await attempts.beginAttempt(record);
      } catch (error) {
        // The answer may be what was lost, after the count was committed.
        owed.add(record);
        throw error;
      }
    },
  };
}
