import middy from "@middy/core";

import { closeDueWindows } from "#functions/close-windows/close-due-windows.ts";
import { createDeadLetterTopic } from "#shared/adapters/kafka/dead-letter-topic.ts";
import { createRecordPublisher } from "#shared/adapters/kafka/record-publisher.ts";
import { createStreamEventWarehouse } from "#shared/adapters/postgres/stream-event-warehouse.ts";
import { createWindowStore } from "#shared/adapters/postgres/window-store.ts";
import { readConfig } from "#shared/config.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { answerItemFailures } from "#shared/lambda/answer-item-failures.ts";
import { decodeRecords } from "#shared/lambda/decode-records.ts";
import { emitMetrics } from "#shared/lambda/emit-metrics.ts";
import { listPlayMetrics } from "#shared/lambda/list-outcome-metrics.ts";
import { logInvocation } from "#shared/lambda/log-invocation.ts";
import { traceInvocations } from "#shared/lambda/trace-invocations.ts";
import { createLogger } from "#shared/logger.ts";
import { VERSION } from "#shared/version.ts";

import { aggregateMicroBatch } from "./aggregate-micro-batch.ts";
import { makeUpEndedAttempts } from "./make-up-ended-attempts.ts";
import { reportFailure } from "./report-failure.ts";

const applicationName = "aggregate-micro-batch";
const logger = createLogger(applicationName);
const config = readConfig([
  "KAFKA_BOOTSTRAP_SERVERS",
  "DATABASE_URL",
  "CLOSER_DATABASE_URL",
]);
const transactionTimeoutMs = config.STREAMING_TRANSACTION_TIMEOUT;
const publisher = createRecordPublisher({
  bootstrapServers: config.KAFKA_BOOTSTRAP_SERVERS,
});

const windowStore = createWindowStore({
  databaseUrl: config.CLOSER_DATABASE_URL,
  applicationName,
  transactionTimeoutMs,
  topic: STREAM_EVENTS_TOPIC,
  allowedLatenessMs: config.STREAMING_ALLOWED_LATENESS,
});

const warehouse = createStreamEventWarehouse({
  databaseUrl: config.DATABASE_URL,
  applicationName,
  transactionTimeoutMs,
});

export const handler = middy(
  aggregateMicroBatch({
    warehouse,
    attempts: makeUpEndedAttempts(warehouse),
    reportsRest: config.STREAMING_PARTIAL_RESPONSES === "on",
    deadLetterTopic: createDeadLetterTopic(publisher, VERSION),
    closeDueWindows: reportFailure(closeDueWindows({ windowStore }), logger),
  }),
  traceInvocations(applicationName),
)
  .use(answerItemFailures())
  .use(
    emitMetrics({
      functionName: applicationName,
      namespace: config.STREAMING_METRICS_NAMESPACE,
      logger,
      count: listPlayMetrics,
    }),
  )
  .use(decodeRecords())
  .use(logInvocation({ logger })); // last, because onError hooks run in reverse order
