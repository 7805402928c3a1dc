import type { RecordOutcome } from "#shared/domain/ledger.ts";
import { DIMENSIONS } from "#shared/domain/topics.ts";
import { PipelineError } from "#shared/errors.ts";
import type { DecodedBatch } from "#shared/lambda/decode-records.ts";
import {
  type OutcomeSummary,
  summarizeOutcomes,
} from "#shared/lambda/summarize-outcomes.ts";
import type { DeadLetterTopic } from "#shared/ports/dead-letter-topic.ts";
import type { DimensionWarehouse } from "#shared/ports/dimension-warehouse.ts";
import { inSpan } from "#shared/tracing/spans.ts";

import { splitDimensionRecords } from "./split-dimension-records.ts";

export interface Ports {
  readonly warehouse: DimensionWarehouse;
  readonly deadLetterTopic: DeadLetterTopic;
}

/** Applies versions of dimension rows, the newest of each id; applying the same records again changes nothing. */
export const loadDimensions =
  ({ warehouse, deadLetterTopic }: Ports) =>
  async ({ records }: DecodedBatch): Promise<{ summary: OutcomeSummary }> => {
    const outcomes: RecordOutcome[] = [];
    for (const [topic, ofTopic] of Map.groupBy(
      records,
      (record) => record.topic,
    )) {
      const dimension = DIMENSIONS.find((name) => name === topic);
      if (dimension === undefined) {
        throw new PipelineError(
          `load-dimensions was given records of "${topic}"; expected one of ${DIMENSIONS.join(", ")}.`,
          {
            code: "unknown_dimension",
            domain: "internal",
          },
        );
      }
      const batch = await inSpan("decode dimensions", () =>
        splitDimensionRecords(dimension, ofTopic),
      );
      outcomes.push(
        ...(await warehouse.applyDimensionBatch(batch, (rejections) =>
          deadLetterTopic.publish(rejections),
        )),
      );
    }
    return { summary: summarizeOutcomes(outcomes) };
  };
