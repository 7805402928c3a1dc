import middy from "@middy/core";

import { createRetentionStore } from "#shared/adapters/postgres/retention-store.ts";
import { readConfig } from "#shared/config.ts";
import { emitMetrics } from "#shared/lambda/emit-metrics.ts";
import { logInvocation } from "#shared/lambda/log-invocation.ts";
import { traceInvocations } from "#shared/lambda/trace-invocations.ts";
import { createLogger } from "#shared/logger.ts";

import { enforceRetention } from "./enforce-retention.ts";

const applicationName = "enforce-retention";
const logger = createLogger(applicationName);
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
  traceInvocations(applicationName),
)
  .use(
    emitMetrics({
      functionName: applicationName,
      namespace: config.STREAMING_METRICS_NAMESPACE,
      logger,
    }),
  )
  .use(logInvocation({ logger }));
