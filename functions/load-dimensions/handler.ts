import middy from "@middy/core";

import { createDeadLetterTopic } from "#shared/adapters/kafka/dead-letter-topic.ts";
import { createRecordPublisher } from "#shared/adapters/kafka/record-publisher.ts";
import { createDimensionWarehouse } from "#shared/adapters/postgres/dimension-warehouse.ts";
import { readConfig } from "#shared/config.ts";
import { decodeRecords } from "#shared/lambda/decode-records.ts";
import { emitMetrics } from "#shared/lambda/emit-metrics.ts";
import { listRecordMetrics } from "#shared/lambda/list-outcome-metrics.ts";
import { logInvocation } from "#shared/lambda/log-invocation.ts";
import { traceInvocations } from "#shared/lambda/trace-invocations.ts";
import { createLogger } from "#shared/logger.ts";
import { VERSION } from "#shared/version.ts";

import { loadDimensions } from "./load-dimensions.ts";

const functionName = "load-dimensions";
const logger = createLogger(functionName);
const config = readConfig(["KAFKA_BOOTSTRAP_SERVERS", "DATABASE_URL"]);
const publisher = createRecordPublisher({
  bootstrapServers: config.KAFKA_BOOTSTRAP_SERVERS,
});

export const handler = middy(
  loadDimensions({
    warehouse: createDimensionWarehouse({
      databaseUrl: config.DATABASE_URL,
      applicationName: functionName,
      transactionTimeoutMs: config.STREAMING_TRANSACTION_TIMEOUT,
    }),
    deadLetterTopic: createDeadLetterTopic(publisher, VERSION),
  }),
  traceInvocations(functionName),
)
  .use(
    emitMetrics({
      functionName,
      namespace: config.STREAMING_METRICS_NAMESPACE,
      logger,
      count: listRecordMetrics,
    }),
  )
  .use(decodeRecords())
  .use(logInvocation({ logger }));
