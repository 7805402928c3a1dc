import middy from "@middy/core";

import { createRecordPublisher } from "#shared/adapters/kafka/record-publisher.ts";
import { createRedriveStore } from "#shared/adapters/postgres/redrive-store.ts";
import { readConfig } from "#shared/config.ts";
import { logInvocation } from "#shared/lambda/log-invocation.ts";
import { createLogger } from "#shared/logger.ts";

import { redrive } from "./redrive.ts";

const applicationName = "redrive";
const config = readConfig(["KAFKA_BOOTSTRAP_SERVERS", "DATABASE_URL"]);

export const handler = middy(
  redrive({
    store: createRedriveStore({
      databaseUrl: config.DATABASE_URL,
      applicationName,
      transactionTimeoutMs: config.STREAMING_TRANSACTION_TIMEOUT,
      actor: "schedule",
    }),
    publisher: createRecordPublisher({
      bootstrapServers: config.KAFKA_BOOTSTRAP_SERVERS,
    }),
    attemptLimit: config.STREAMING_REDRIVE_ATTEMPTS,
    backoffMs: config.STREAMING_REDRIVE_BACKOFF,
    outcomeTimeoutMs: config.STREAMING_REDRIVE_TIMEOUT,
  }),
).use(logInvocation({ logger: createLogger(applicationName) }));
