import { type Message, Partitioners, type Producer } from "kafkajs";

import type {
  OutgoingRecord,
  RecordPublisher,
} from "#shared/ports/record-publisher.ts";
import { tracePublishing } from "#shared/tracing/trace-publishing.ts";

import { createKafkaClient, type KafkaConnection } from "./client.ts";
import { kafkaError } from "./kafka-error.ts";

/** A request stays far below the smallest `max.message.bytes`, unless a single record is larger. */
const REQUEST_BYTES = 500_000;
/** The client takes a time that grows with the square of this: 0.1 s for 2,500, 8 s for 20,000 records [m]. */
const REQUEST_RECORDS = 2000;
/** What the lengths of a header's name and value may take themselves. */
const HEADER_OVERHEAD_BYTES = 10;

export interface PublisherOptions extends KafkaConnection {
  /** The share of the records that begin a trace, from 0 to 1 (where traces are on); none by default. */
  readonly tracedShare?: number;
}

/** A publisher over one connection, opened on first use; every in-sync replica acknowledges. */
export function createRecordPublisher({
  tracedShare = 0,
  ...connection
}: PublisherOptions): RecordPublisher & { close(): Promise<void> } {
  let connected: Promise<Producer> | undefined;

  const connect = async (): Promise<Producer> => {
    const producer = createKafkaClient(connection).producer({
      allowAutoTopicCreation: false,
      createPartitioner: Partitioners.DefaultPartitioner,
    });
    await producer.connect();
    return producer;
  };

  const send = async (
    topic: string,
    records: readonly OutgoingRecord[],
  ): Promise<void> => {
    const connecting = (connected ??= connect());
    try {
      const producer = await connecting;
      for (const messages of cutIntoRequests(records))
        await producer.send({ topic, messages, acks: -1 });
    } catch (cause) {
      // Another call may have replaced it already.
      if (connected === connecting) connected = undefined;
      void disconnect(connecting);
      throw kafkaError(cause, `records for ${topic} were not taken`);
    }
  };

  return {
    publish: (topic, records) =>
      tracePublishing(topic, records, { share: tracedShare }, (traced) =>
        send(topic, traced),
      ),
    async close() {
      const closing = connected;
      connected = undefined;
      if (closing !== undefined) await disconnect(closing);
    },
  };
}

/** Ends the sockets; that it could not connect or is cut off already was told to whoever published. */
async function disconnect(connecting: Promise<Producer>): Promise<void> {
  await connecting.then((producer) => producer.disconnect()).catch(() => {});
}

function* cutIntoRequests(
  records: readonly OutgoingRecord[],
): Generator<Message[]> {
  let request: Message[] = [];
  let bytes = 0;
  for (const record of records) {
    const message = toMessage(record);
    const size = countBytes(record, message);
    if (
      request.length === REQUEST_RECORDS ||
      (request.length > 0 && bytes + size > REQUEST_BYTES)
    ) {
      yield request;
      request = [];
      bytes = 0;
    }
    request.push(message);
    bytes += size;
  }
  if (request.length > 0) yield request;
}

function countBytes(
  { headers = [] }: OutgoingRecord,
  { key, value }: Message,
): number {
  const sizes = headers.map(
    ([name, content]) =>
      Buffer.byteLength(name) + content.length + HEADER_OVERHEAD_BYTES,
  );
  return sizes.reduce(
    (sum, size) => sum + size,
    (key?.length ?? 0) + (value?.length ?? 0),
  );
}

function toMessage({
  key,
  value,
  headers,
  timestampMs,
}: OutgoingRecord): Message {
  return {
    key: toBuffer(key),
    value: toBuffer(value),
    ...(headers === undefined ? {} : { headers: groupHeaders(headers) }),
    ...(timestampMs === undefined ? {} : { timestamp: String(timestampMs) }),
  };
}

function toBuffer(content: string | Uint8Array | null): Buffer | null {
  if (content === null) return null;
  return typeof content === "string"
    ? Buffer.from(content)
    : Buffer.from(content.buffer, content.byteOffset, content.byteLength);
}

/** The client takes headers by name: repeated names keep their order among themselves only. */
function groupHeaders(
  headers: readonly (readonly [string, Uint8Array])[],
): Record<string, Buffer[]> {
  const grouped = new Map<string, Buffer[]>();
  for (const [name, value] of headers)
    grouped.set(name, [...(grouped.get(name) ?? []), Buffer.from(value)]);
  // Unlike an assignment, this also keeps a header that is called __proto__.
  return Object.fromEntries(grouped);
}
