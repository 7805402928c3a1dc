import type { Admin } from "kafkajs";

import type { TopicOffsets } from "#shared/ports/topic-offsets.ts";

import { createKafkaClient, type KafkaConnection } from "./client.ts";
import { kafkaError } from "./kafka-error.ts";
import { whileCoordinatorMoves } from "./while-coordinator-moves.ts";

/** Offsets over one connection, opened on first use. */
export function createTopicOffsets(
  connection: KafkaConnection,
): TopicOffsets & { close(): Promise<void> } {
  let connected: Promise<Admin> | undefined;

  const ask = async <Answer>(
    what: string,
    question: (admin: Admin) => Promise<Answer>,
  ): Promise<Answer> => {
    const connecting = (connected ??= connect(connection));
    try {
      return await question(await connecting);
    } catch (cause) {
      // Another call may have replaced it already.
      if (connected === connecting) connected = undefined;
      void disconnect(connecting);
      throw kafkaError(cause, what);
    }
  };

  return {
    readEndOffsets: (topic) =>
      ask(`end offsets of ${topic}`, async (admin) => {
        const partitions = await admin.fetchTopicOffsets(topic);
        return new Map(
          partitions.map(({ partition, high }) => [partition, Number(high)]),
        );
      }),
    readStartOffsets: (topic) =>
      ask(`start offsets of ${topic}`, async (admin) => {
        const partitions = await admin.fetchTopicOffsets(topic);
        return new Map(
          partitions.map(({ partition, low }) => [partition, Number(low)]),
        );
      }),
    readCommittedOffsets: (consumerGroup, topic) =>
      ask(`committed offsets of ${consumerGroup}`, async (admin) => {
        const [answer] = await whileCoordinatorMoves(() =>
          admin.fetchOffsets({ groupId: consumerGroup, topics: [topic] }),
        );
        const committed = (answer?.partitions ?? []).filter(
          ({ offset }) => Number(offset) >= 0,
        );
        return new Map(
          committed.map(({ partition, offset }) => [partition, Number(offset)]),
        );
      }),
    async close() {
      const closing = connected;
      connected = undefined;
      if (closing !== undefined) await disconnect(closing);
    },
  };
}

/** Ends the sockets; that it could not connect or is cut off already was told to whoever asked. */
async function disconnect(connecting: Promise<Admin>): Promise<void> {
  await connecting.then((admin) => admin.disconnect()).catch(() => {});
}

async function connect(connection: KafkaConnection): Promise<Admin> {
  const admin = createKafkaClient(connection).admin();
  await admin.connect();
  return admin;
}
