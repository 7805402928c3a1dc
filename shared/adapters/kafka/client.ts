import { Kafka, logLevel } from "kafkajs";

/** How to reach the brokers. */
export interface KafkaConnection {
  readonly bootstrapServers: readonly string[];
}

/** A client with bounded waits; it says nothing itself, as every failure reaches the caller as an error. */
export function createKafkaClient({
  bootstrapServers,
}: KafkaConnection): Kafka {
  return new Kafka({
    clientId: "music-streaming",
    brokers: [...bootstrapServers],
    connectionTimeout: 3000,
    requestTimeout: 10_000,
    retry: { retries: 4, initialRetryTime: 100, maxRetryTime: 2000 },
    logLevel: logLevel.NOTHING,
  });
}
