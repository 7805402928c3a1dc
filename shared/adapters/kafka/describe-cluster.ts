import { createKafkaClient, type KafkaConnection } from "./client.ts";
import { kafkaError } from "./kafka-error.ts";

/** Where a broker says that clients are to reach it. */
export interface AdvertisedListener {
  readonly host: string;
  readonly port: number;
}

/** A topic as Kafka has it. */
export interface FoundTopic {
  readonly topic: string;
  readonly partitions: number;
}

/**
 * Reads what the brokers advertise, and every topic.
 *
 * @throws PipelineError `kafka_failed`
 */
export async function describeCluster(connection: KafkaConnection): Promise<{
  readonly listeners: readonly AdvertisedListener[];
  readonly topics: readonly FoundTopic[];
}> {
  const admin = createKafkaClient(connection).admin();
  try {
    await admin.connect();
    const { brokers } = await admin.describeCluster();
    const { topics } = await admin.fetchTopicMetadata();
    return {
      listeners: brokers.map(({ host, port }) => ({ host, port })),
      topics: topics.map(({ name, partitions }) => ({
        topic: name,
        partitions: partitions.length,
      })),
    };
  } catch (cause) {
    throw kafkaError(cause, "the cluster could not be described");
  } finally {
    await admin.disconnect();
  }
}
