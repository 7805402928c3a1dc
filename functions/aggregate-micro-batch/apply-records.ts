import type { RecordOutcome } from "#shared/domain/ledger.ts";
import type { MicroBatch } from "#shared/domain/micro-batch.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";
import type { DeadLetterTopic } from "#shared/ports/dead-letter-topic.ts";
import type { RecordAttempts } from "#shared/ports/record-attempts.ts";
import type { StreamEventWarehouse } from "#shared/ports/stream-event-warehouse.ts";
import { inSpan } from "#shared/tracing/spans.ts";

import { guardAgainstCrash } from "./guard-against-crash.ts";
import { splitRecords } from "./split-records.ts";

export interface ApplyingPorts {
  readonly warehouse: StreamEventWarehouse;
  readonly attempts: RecordAttempts;
  readonly deadLetterTopic: DeadLetterTopic;
}

/** Applies records, one transaction per topic of `limitMs` at most, and returns what became of each. */
export function applyRecords(
  { warehouse, attempts, deadLetterTopic }: ApplyingPorts,
  records: readonly KafkaRecord[],
  limitMs?: number,
): Promise<RecordOutcome[]> {
  const apply = (microBatch: MicroBatch) =>
    warehouse.applyMicroBatch(
      microBatch,
      (rejections) => deadLetterTopic.publish(rejections),
      limitMs,
    );
  const work = async () => {
    const outcomes: RecordOutcome[][] = [];
    // Offsets of two topics know nothing of each other.
    for (const [topic, ofTopic] of Map.groupBy(
      records,
      (record) => record.topic,
    ))
      outcomes.push(
        await apply(
          await inSpan("decode plays", () => splitRecords(topic, ofTopic)),
        ),
      );
    return outcomes.flat();
  };
  const [first, second] = records;
  return first !== undefined && second === undefined
    ? guardAgainstCrash(first, attempts, { work, reject: apply })
    : work();
}
