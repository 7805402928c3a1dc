import type { MiddlewareObj } from "@middy/core";

import type { KafkaRecord } from "#shared/domain/record.ts";

/** What an event source mapping with `ReportBatchItemFailures` reads of an answer. */
export interface BatchItemFailures {
  readonly batchItemFailures: readonly {
    readonly itemIdentifier: {
      /** `<topic>-<partition>` */
      readonly partition: string;
      readonly offset: number;
    };
  }[];
}

/** Names every record that is to come again: right for whoever sends the named ones, and for whoever sends all from the lowest. */
export function listItemFailures(
  records: readonly KafkaRecord[],
): BatchItemFailures {
  return {
    batchItemFailures: records.map(({ topic, partition, offset }) => ({
      itemIdentifier: { partition: `${topic}-${partition}`, offset },
    })),
  };
}

/** Answers with the `batchItemFailures` of the handler's result and nothing else; to be used before `logInvocation`. */
export function answerItemFailures(): MiddlewareObj<
  unknown,
  BatchItemFailures
> {
  return {
    name: "answer-item-failures",
    after: (request) => {
      const { batchItemFailures = [] } = request.response ?? {};
      request.response = { batchItemFailures };
    },
  };
}
