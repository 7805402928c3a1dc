import middy from "@middy/core";

import { createRecordPublisher } from "#shared/adapters/kafka/record-publisher.ts";
import { createPipelineGauges } from "#shared/adapters/postgres/pipeline-gauges.ts";
import { createRedriveStore } from "#shared/adapters/postgres/redrive-store.ts";
import { readConfig } from "#shared/config.ts";
import { emitMetrics } from "#shared/lambda/emit-metrics.ts";
import { logInvocation } from "#shared/lambda/log-invocation.ts";
import { traceInvocations } from "#shared/lambda/trace-invocations.ts";
import { createLogger } from "#shared/logger.ts";

import { measureLetters } from "./measure-letters.ts";
import { redrive } from "./redrive.ts";

const applicationName = "redrive";
const logger = createLogger(applicationName);
const config = readConfig(["KAFKA_BOOTSTRAP_SERVERS", "DATABASE_URL"]);

const connection = {
  databaseUrl: config.DATABASE_URL,
  applicationName,
  transactionTimeoutMs: config.STREAMING_TRANSACTION_TIMEOUT,
};

export const handler = middy(
  redrive({
    store: createRedriveStore({ ...connection, actor: "schedule" }),
    publisher: createRecordPublisher({
      bootstrapServers: config.KAFKA_BOOTSTRAP_SERVERS,
    }),
    attemptLimit: config.STREAMING_REDRIVE_ATTEMPTS,
    backoffMs: config.STREAMING_REDRIVE_BACKOFF,
    outcomeTimeoutMs: config.STREAMING_REDRIVE_TIMEOUT,
  }),
  traceInvocations(applicationName),
)
  .use(
    emitMetrics({
      functionName: applicationName,
      namespace: config.STREAMING_METRICS_NAMESPACE,
      logger,
      gauges: [measureLetters(createPipelineGauges(connection))],
    }),
  )
  .use(logInvocation({ logger }));
