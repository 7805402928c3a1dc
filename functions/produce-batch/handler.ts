import { default as middy } from "@middy/core";

import { createRecordPublisher } from "#shared/adapters/kafka/record-publisher.ts";
import { readConfig } from "#shared/config.ts";
import { emitMetrics } from "#shared/lambda/emit-metrics.ts";
import { logInvocation } from "#shared/lambda/log-invocation.ts";
import { traceInvocations } from "#shared/lambda/trace-invocations.ts";
import { createLogger } from "#shared/logger.ts";

import { produceBatch } from "./produce-batch.ts";

const functionName = "produce-batch";
const logger = createLogger(functionName);
const config = readConfig(["KAFKA_BOOTSTRAP_SERVERS"]);
const publisher = createRecordPublisher({
  bootstrapServers: config.KAFKA_BOOTSTRAP_SERVERS,
  tracedShare: config.STREAMING_TRACES_SAMPLED,
});

export const handler = middy(
  produceBatch({ publisher }),
  traceInvocations(functionName),
)
  .use(
    emitMetrics({
      functionName,
      namespace: config.STREAMING_METRICS_NAMESPACE,
      logger,
    }),
  )
  .use(logInvocation({ logger }));
