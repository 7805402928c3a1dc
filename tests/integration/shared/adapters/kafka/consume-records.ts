import { randomUUID } from "node:crypto";

import { Kafka, logLevel, type KafkaMessage } from "kafkajs";

/** A record as a consumer sees it. */
export type ConsumedRecord = KafkaMessage & { readonly partition: number };

/** Reads a topic from its start with a group of its own, until `isEnough` of what was read, sorted by partition and offset. */
export async function consumeRecords(
  bootstrapServers: string,
  topic: string,
  isEnough: (records: readonly ConsumedRecord[]) => boolean,
): Promise<ConsumedRecord[]> {
  const consumer = new Kafka({
    clientId: "test-consumer",
    brokers: [bootstrapServers],
    logLevel: logLevel.NOTHING,
  }).consumer({
    groupId: `test-${randomUUID()}`,
    maxWaitTimeInMs: 100,
    maxBytesPerPartition: 16 * 1024 * 1024,
    maxBytes: 64 * 1024 * 1024,
  });
  const records: ConsumedRecord[] = [];
  await consumer.connect();
  try {
    await consumer.subscribe({ topic, fromBeginning: true });
    await new Promise<void>((resolve, reject) => {
      // It starts again by itself after most errors, for example while the coordinator is loading.
      consumer.on(consumer.events.CRASH, ({ payload: { error, restart } }) => {
        if (!restart) reject(error);
      });
      consumer
        .run({
          eachBatch: ({ batch: { messages, partition } }) => {
            for (const message of messages)
              records.push({ ...message, partition });
            if (isEnough(records)) resolve();
            return Promise.resolve();
          },
        })
        .catch(reject);
    });
  } finally {
    await consumer.disconnect();
  }
  return records.sort(
    (a, b) => a.partition - b.partition || Number(a.offset) - Number(b.offset),
  );
}
