import kafkajs from "kafkajs";

import { PipelineError } from "#shared/errors.ts";

// Node does not find these names in the CommonJS module by itself.
const { KafkaJSAggregateError, KafkaJSError } = kafkajs;

/** Turns an error of the client into ours: a system fault, the work comes again. */
export function kafkaError(cause: unknown, what: string): unknown {
  if (
    !(cause instanceof KafkaJSError) &&
    !(cause instanceof KafkaJSAggregateError)
  )
    return cause;
  return new PipelineError(
    `Kafka failed: ${what}: ${describe(cause)}. Check that the broker runs; the work comes again.`,
    {
      code: "kafka_failed",
      domain: "external",
      retry: true,
      cause,
    },
  );
}

/** The message of the error, and of those that it sums up. */
function describe(error: Error): string {
  if (!(error instanceof KafkaJSAggregateError)) return error.message;
  const messages = error.errors.map((inner) =>
    inner instanceof Error ? inner.message : inner,
  );
  return `${error.message}: ${[...new Set(messages)].join(", ")}`;
}
