import middy from "@middy/core";

import { createTopicOffsets } from "#shared/adapters/kafka/topic-offsets.ts";
import { createWindowStore } from "#shared/adapters/postgres/window-store.ts";
import { readConfig } from "#shared/config.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { logInvocation } from "#shared/lambda/log-invocation.ts";
import { createLogger } from "#shared/logger.ts";

import { closeWindows } from "./close-windows.ts";

const config = readConfig(["KAFKA_BOOTSTRAP_SERVERS", "DATABASE_URL"]);

export const handler = middy(
  closeWindows({
    windowStore: createWindowStore({
      databaseUrl: config.DATABASE_URL,
      applicationName: "close-windows",
      transactionTimeoutMs: config.STREAMING_TRANSACTION_TIMEOUT,
      topic: STREAM_EVENTS_TOPIC,
      allowedLatenessMs: config.STREAMING_ALLOWED_LATENESS,
    }),
    topicOffsets: createTopicOffsets({
      bootstrapServers: config.KAFKA_BOOTSTRAP_SERVERS,
    }),
    topic: STREAM_EVENTS_TOPIC,
    consumerGroup: config.STREAMING_CONSUMER_GROUP,
    idleTimeoutMs: config.STREAMING_IDLE_TIMEOUT,
    revisionIntervalMs: config.STREAMING_REVISION_INTERVAL,
  }),
).use(logInvocation({ logger: createLogger("close-windows") }));
