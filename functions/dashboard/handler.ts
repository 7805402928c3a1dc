import middy from "@middy/core";

import { createTopicOffsets } from "#shared/adapters/kafka/topic-offsets.ts";
import { createDashboardStore } from "#shared/adapters/postgres/dashboard-store.ts";
import { isOutage } from "#shared/adapters/postgres/is-outage.ts";
import { readConfig } from "#shared/config.ts";
import { CONSUMED_TOPICS } from "#shared/domain/consumer-groups.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { answerHttp } from "#shared/lambda/answer-http.ts";
import { emitMetrics } from "#shared/lambda/emit-metrics.ts";
import { logInvocation } from "#shared/lambda/log-invocation.ts";
import { traceInvocations } from "#shared/lambda/trace-invocations.ts";
import { createLogger } from "#shared/logger.ts";
import { VERSION } from "#shared/version.ts";

import { createLagMeter } from "./create-lag-meter.ts";
import { dashboard } from "./dashboard.ts";
import { readAssets } from "./read-assets.ts";

const applicationName = "dashboard";
const LAG_LIMIT_MS = 1000;
const logger = createLogger(applicationName);
const config = readConfig(["KAFKA_BOOTSTRAP_SERVERS", "READER_DATABASE_URL"]);
const now = () => Date.now();
const consumed = [
  {
    topic: STREAM_EVENTS_TOPIC,
    consumerGroup: config.STREAMING_CONSUMER_GROUP,
  },
  ...CONSUMED_TOPICS,
];

export const handler = middy(
  dashboard({
    store: createDashboardStore({
      databaseUrl: config.READER_DATABASE_URL,
      applicationName,
      transactionTimeoutMs: config.STREAMING_TRANSACTION_TIMEOUT,
    }),
    measureLag: createLagMeter({
      topicOffsets: createTopicOffsets({
        bootstrapServers: config.KAFKA_BOOTSTRAP_SERVERS,
      }),
      consumed,
      limitMs: LAG_LIMIT_MS,
      now,
    }),
    topics: consumed.map(({ topic }) => topic),
    // Beside this module in the repository, and beside the bundle in its archive.
    readAssets: () => readAssets(new URL("./assets/", import.meta.url)),
    isOutage,
    reportOutage: (error) =>
      logger.error("the database does not answer", {
        reason: error instanceof Error ? error.message : String(error),
      }),
    now,
    version: VERSION,
  }),
  traceInvocations(applicationName),
)
  .use(
    emitMetrics({
      functionName: applicationName,
      namespace: config.STREAMING_METRICS_NAMESPACE,
      logger,
    }),
  )
  .use(answerHttp())
  .use(logInvocation({ logger }));
