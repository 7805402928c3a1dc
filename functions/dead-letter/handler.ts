import middy from "@middy/core";

import { createDeadLetterStore } from "#shared/adapters/postgres/dead-letter-store.ts";
import { readConfig } from "#shared/config.ts";
import { decodeRecords } from "#shared/lambda/decode-records.ts";
import { logInvocation } from "#shared/lambda/log-invocation.ts";
import { createLogger } from "#shared/logger.ts";

import { deadLetter } from "./dead-letter.ts";

const config = readConfig(["DATABASE_URL"]);

export const handler = middy(
  deadLetter({
    store: createDeadLetterStore({
      databaseUrl: config.DATABASE_URL,
      applicationName: "dead-letter",
      transactionTimeoutMs: config.STREAMING_TRANSACTION_TIMEOUT,
    }),
  }),
)
  .use(decodeRecords())
  .use(logInvocation({ logger: createLogger("dead-letter") }));
