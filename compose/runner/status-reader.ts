import type { Connections } from "#compose/embedded/connection-env.ts";
import type { Declaration } from "#compose/serverless/declaration.ts";
import { createTopicOffsets } from "#shared/adapters/kafka/topic-offsets.ts";
import { createSession } from "#shared/adapters/postgres/session.ts";
import { readStatus, type Status } from "./read-status.ts";

const TRANSACTION_TIMEOUT_MS = 10_000;

/** Reads the status over connections of its own; one reading at a time. */
export interface StatusReader {
  read(): Promise<Status>;
  close(): Promise<void>;
}

/** Returns a reader; it connects at the first reading. */
export function openStatusReader(
  declaration: Declaration,
  connections: Connections,
): StatusReader {
  const offsets = createTopicOffsets({
    bootstrapServers: connections.kafkaBootstrapServers.split(","),
  });
  const session = createSession({
    databaseUrl: connections.databaseUrls.reader,
    applicationName: "status",
    transactionTimeoutMs: TRANSACTION_TIMEOUT_MS,
  });
  return {
    read: () => readStatus({ declaration, offsets, session }),
    close: async () => {
      await Promise.all([offsets.close(), session.close()]);
    },
  };
}
