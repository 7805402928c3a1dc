import middy from "@middy/core";

import { createTopics } from "#shared/adapters/kafka/topics.ts";
import { migrate } from "#shared/adapters/postgres/migrate.ts";
import { setUpDatabase } from "#shared/adapters/postgres/set-up.ts";
import { readConfig } from "#shared/config.ts";
import { TOPICS } from "#shared/domain/topics.ts";
import { emitMetrics } from "#shared/lambda/emit-metrics.ts";
import { logInvocation } from "#shared/lambda/log-invocation.ts";
import { traceInvocations } from "#shared/lambda/trace-invocations.ts";
import { createLogger } from "#shared/logger.ts";

import { setUp } from "./set-up.ts";

const functionName = "set-up";
const logger = createLogger(functionName);
const config = readConfig(["KAFKA_BOOTSTRAP_SERVERS", "DATABASE_URL"]);
const { DATABASE_URL: databaseUrl } = config;

export const handler = middy(
  setUp({
    migrate: () => migrate({ databaseUrl }),
    createTopics: () =>
      createTopics(
        { bootstrapServers: config.KAFKA_BOOTSTRAP_SERVERS },
        TOPICS,
      ),
    registerTopics: (topics) =>
      setUpDatabase({
        databaseUrl,
        topics,
        windowSizeMs: config.STREAMING_WINDOW_SIZE,
        hourlyWindowSizeMs: config.STREAMING_HOURLY_WINDOW_SIZE,
      }),
  }),
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
