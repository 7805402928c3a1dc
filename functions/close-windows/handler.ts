import middy from "@middy/core";

import { createTopicOffsets } from "#shared/adapters/kafka/topic-offsets.ts";
import { createPipelineGauges } from "#shared/adapters/postgres/pipeline-gauges.ts";
import { createWindowStore } from "#shared/adapters/postgres/window-store.ts";
import { readConfig } from "#shared/config.ts";
import { CONSUMED_TOPICS } from "#shared/domain/consumer-groups.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { emitMetrics } from "#shared/lambda/emit-metrics.ts";
import { logInvocation } from "#shared/lambda/log-invocation.ts";
import { traceInvocations } from "#shared/lambda/trace-invocations.ts";
import { createLogger } from "#shared/logger.ts";

import { closeWindows } from "./close-windows.ts";
import { measureLag } from "./measure-lag.ts";
import { measureWindows } from "./measure-windows.ts";

const applicationName = "close-windows";
const logger = createLogger(applicationName);
const config = readConfig(["KAFKA_BOOTSTRAP_SERVERS", "DATABASE_URL"]);
const connection = {
  databaseUrl: config.DATABASE_URL,
  applicationName,
  transactionTimeoutMs: config.STREAMING_TRANSACTION_TIMEOUT,
};
const topicOffsets = createTopicOffsets({
  bootstrapServers: config.KAFKA_BOOTSTRAP_SERVERS,
});
const plays = {
  topic: STREAM_EVENTS_TOPIC,
  consumerGroup: config.STREAMING_CONSUMER_GROUP,
};
const gauges = createPipelineGauges(connection);

export const handler = middy(
  closeWindows({
    ...plays,
    topicOffsets,
    windowStore: createWindowStore({
      ...connection,
      topic: STREAM_EVENTS_TOPIC,
      allowedLatenessMs: config.STREAMING_ALLOWED_LATENESS,
    }),
    idleTimeoutMs: config.STREAMING_IDLE_TIMEOUT,
    revisionIntervalMs: config.STREAMING_REVISION_INTERVAL,
  }),
  traceInvocations(applicationName),
)
  .use(
    emitMetrics({
      functionName: applicationName,
      namespace: config.STREAMING_METRICS_NAMESPACE,
      logger,
      // Kafka comes last: while it is down, the windows are measured.
      gauges: [
        measureWindows({ ...plays, gauges }),
        ...measureLag({
          consumed: [plays, ...CONSUMED_TOPICS],
          topicOffsets,
          gauges,
        }),
      ],
    }),
  )
  .use(logInvocation({ logger }));
