import middy from "@middy/core";

import { createDeadLetterStore } from "#shared/adapters/postgres/dead-letter-store.ts";
import { readConfig } from "#shared/config.ts";
import { decodeRecords } from "#shared/lambda/decode-records.ts";
import { emitMetrics } from "#shared/lambda/emit-metrics.ts";
import { listRecordMetrics } from "#shared/lambda/list-outcome-metrics.ts";
import { logInvocation } from "#shared/lambda/log-invocation.ts";
import { traceInvocations } from "#shared/lambda/trace-invocations.ts";
import { createLogger } from "#shared/logger.ts";

import { deadLetter } from "./dead-letter.ts";

const functionName = "dead-letter";
const logger = createLogger(functionName);
const config = readConfig(["DATABASE_URL"]);

export const handler = middy(
  deadLetter({
    store: createDeadLetterStore({
      databaseUrl: config.DATABASE_URL,
      applicationName: functionName,
      transactionTimeoutMs: config.STREAMING_TRANSACTION_TIMEOUT,
    }),
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
