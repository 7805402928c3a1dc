import middy from "@middy/core";

import { createRetentionStore } from "#shared/adapters/postgres/retention-store.ts";
import { readConfig } from "#shared/config.ts";
import { logInvocation } from "#shared/lambda/log-invocation.ts";
import { createLogger } from "#shared/logger.ts";

import { enforceRetention } from "./enforce-retention.ts";

const applicationName = "enforce-retention";
const config = readConfig(["DATABASE_URL"]);

export const handler = middy(
  enforceRetention({
    store: createRetentionStore({
      databaseUrl: config.DATABASE_URL,
      applicationName,
      transactionTimeoutMs: config.STREAMING_TRANSACTION_TIMEOUT,
    }),
    retentionMs: {
      facts: config.STREAMING_RETENTION_FACTS,
      ledger: config.STREAMING_RETENTION_LEDGER,
      dead_letters: config.STREAMING_RETENTION_DEAD_LETTERS,
      revisions: config.STREAMING_RETENTION_REVISIONS,
    },
  }),
).use(logInvocation({ logger: createLogger(applicationName) }));
