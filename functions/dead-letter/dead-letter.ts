import type { RecordOutcome } from "#shared/domain/ledger.ts";
import type { DecodedBatch } from "#shared/lambda/decode-records.ts";
import {
  type OutcomeSummary,
  summarizeOutcomes,
} from "#shared/lambda/summarize-outcomes.ts";
import type { DeadLetterStore } from "#shared/ports/dead-letter-store.ts";

import { readDeadRecord } from "./read-dead-record.ts";

export interface Ports {
  readonly store: DeadLetterStore;
}

/** Stores dead letters, original bytes kept; storing the same letters again changes nothing. */
export const deadLetter =
  ({ store }: Ports) =>
  async ({ records }: DecodedBatch): Promise<{ summary: OutcomeSummary }> => {
    const outcomes: RecordOutcome[] = [];
    for (const [topic, ofTopic] of Map.groupBy(
      records,
      (record) => record.topic,
    )) {
      outcomes.push(
        ...(await store.storeLetters(
          topic,
          ofTopic,
          ofTopic.map(readDeadRecord),
        )),
      );
    }
    return { summary: summarizeOutcomes(outcomes) };
  };
