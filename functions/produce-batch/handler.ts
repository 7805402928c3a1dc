import { default as middy } from "@middy/core";

import { createRecordPublisher } from "#shared/adapters/kafka/record-publisher.ts";
import { readConfig } from "#shared/config.ts";
import { logInvocation } from "#shared/lambda/log-invocation.ts";
import { createLogger } from "#shared/logger.ts";

import { produceBatch } from "./produce-batch.ts";

const { KAFKA_BOOTSTRAP_SERVERS: bootstrapServers } = readConfig([
  "KAFKA_BOOTSTRAP_SERVERS",
]);

export const handler = middy(
  produceBatch({ publisher: createRecordPublisher({ bootstrapServers }) }),
).use(logInvocation({ logger: createLogger("produce-batch") }));
