import middy from "@middy/core";

import { createDeadLetterTopic } from "#shared/adapters/kafka/dead-letter-topic.ts";
import { createRecordPublisher } from "#shared/adapters/kafka/record-publisher.ts";
import { createDimensionWarehouse } from "#shared/adapters/postgres/dimension-warehouse.ts";
import { readConfig } from "#shared/config.ts";
import { decodeRecords } from "#shared/lambda/decode-records.ts";
import { logInvocation } from "#shared/lambda/log-invocation.ts";
import { createLogger } from "#shared/logger.ts";
import { VERSION } from "#shared/version.ts";

import { loadDimensions } from "./load-dimensions.ts";

const config = readConfig(["KAFKA_BOOTSTRAP_SERVERS", "DATABASE_URL"]);
const publisher = createRecordPublisher({
  bootstrapServers: config.KAFKA_BOOTSTRAP_SERVERS,
});

export const handler = middy(
  loadDimensions({
    warehouse: createDimensionWarehouse({
      databaseUrl: config.DATABASE_URL,
      applicationName: "load-dimensions",
      transactionTimeoutMs: config.STREAMING_TRANSACTION_TIMEOUT,
    }),
    deadLetterTopic: createDeadLetterTopic(publisher, VERSION),
  }),
)
  .use(decodeRecords())
  .use(logInvocation({ logger: createLogger("load-dimensions") }));
