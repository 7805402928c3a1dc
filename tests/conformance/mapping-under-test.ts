import { randomUUID } from "node:crypto";
import {
  Kafka,
  Partitioners,
  logLevel,
  type Admin,
  type Message,
} from "kafkajs";
import { afterAll, afterEach, expect } from "vitest";
import { createEventSourceMapping } from "#compose/event-source-mapping/create-event-source-mapping.ts";
import type {
  EventSourceMapping,
  EventSourceMappingOptions,
} from "#compose/event-source-mapping/create-event-source-mapping.ts";
import type { InvocationResult } from "#compose/event-source-mapping/invoker.ts";
import { parseEventSourceMapping } from "#compose/event-source-mapping/parse-event-source-mapping.ts";
import { encodeItemFailures } from "#tests/support/event-source-mapping/item-failures.ts";
import { kafkaBootstrapServers } from "#tests/support/servers.ts";

export interface SentRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestamp: number;
  readonly timestampType: string;
  readonly key?: string;
  readonly value?: string;
  readonly headers: readonly Readonly<Record<string, readonly number[]>>[];
}

export interface SentEvent {
  readonly eventSource: string;
  readonly bootstrapServers: string;
  readonly records: Readonly<Record<string, readonly SentRecord[]>>;
}

export const SUCCESS: InvocationResult = {
  kind: "success",
  requestId: "request",
  payload: null,
};
export const FUNCTION_ERROR: InvocationResult = {
  kind: "function_error",
  requestId: "request",
  functionError: "Unhandled",
  payload: Buffer.from('{"errorType":"Error","errorMessage":"on purpose"}'),
};

/** The answer of a function that reports these records, as `<partition>:<offset>`, as failed. */
export const reportFailed = (
  topic: string,
  ...records: readonly string[]
): InvocationResult => ({
  kind: "success",
  requestId: "request",
  payload: encodeItemFailures(topic, records),
});

/** Parameters of a mapping in provisioned mode that waits until four records are there and sends them in one event. */
export const ONE_BATCH_OF_FOUR = {
  ProvisionedPollerConfig: {},
  BatchSize: 4,
  MaximumBatchingWindowInSeconds: 5,
};

/** What a function answers to its `attempt`-th event of the test, counted from 1. */
export type Answer = (
  event: SentEvent,
  attempt: number,
) => InvocationResult | Promise<InvocationResult>;

export interface MappingUnderTest {
  readonly mapping: EventSourceMapping;
  /** Every event that the function was invoked with, as it was parsed. */
  readonly events: readonly SentEvent[];
}

const started: EventSourceMapping[] = [];
let clients: { kafka: Kafka; admin: Admin } | null = null;

afterEach(async () => {
  const mappings = started.splice(0);
  await Promise.all(mappings.map((mapping) => mapping.stop()));
  for (const mapping of mappings) expectConservation(mapping);
});

afterAll(async () => {
  await clients?.admin.disconnect();
  clients = null;
});

/** Polled = filtered + succeeded + delivered to the destination + dropped + pending (27). */
export function expectConservation(mapping: EventSourceMapping): void {
  const counters = mapping.counters();
  expect(counters.PolledEventCount).toBe(
    counters.FilteredOutEventCount +
      counters.SucceededEventCount +
      counters.OnFailureDestinationDeliveredEventCount +
      counters.DroppedEventCount +
      counters.PendingEventCount,
  );
}

/** A mapping that is not started; it is stopped and its counters are checked after the test. */
export function createMapping(
  topic: string,
  parameters: Readonly<Record<string, unknown>>,
  answer: Answer,
  options: Partial<EventSourceMappingOptions> = {},
): MappingUnderTest {
  const events: SentEvent[] = [];
  const configuration = parseEventSourceMapping({
    FunctionName: "example",
    SelfManagedEventSource: {
      Endpoints: { KAFKA_BOOTSTRAP_SERVERS: [kafkaBootstrapServers()] },
    },
    SourceAccessConfigurations: [],
    Topics: [topic],
    MaximumBatchingWindowInSeconds: 0,
    ...parameters,
  });
  const mapping = createEventSourceMapping({
    configuration,
    kafka: {},
    log: () => undefined,
    invoker: {
      invoke: async (_, payload) => {
        const event: SentEvent = JSON.parse(
          Buffer.from(payload).toString("utf8"),
        );
        events.push(event);
        return answer(event, events.length);
      },
    },
    ...options,
  });
  started.push(mapping);
  return { mapping, events };
}

/** As `createMapping`, started. */
export async function startMapping(
  ...options: Parameters<typeof createMapping>
): Promise<MappingUnderTest> {
  const under = createMapping(...options);
  await under.mapping.start();
  return under;
}

async function connect(): Promise<NonNullable<typeof clients>> {
  if (clients !== null) return clients;
  const kafka = new Kafka({
    brokers: [kafkaBootstrapServers()],
    logLevel: logLevel.NOTHING,
  });
  clients = { kafka, admin: kafka.admin() };
  await clients.admin.connect();
  return clients;
}

export async function kafkaAdmin(): Promise<Admin> {
  return (await connect()).admin;
}

/** Each message once, by a producer that knows the topic as it is now. */
export async function produce(
  topic: string,
  ...messages: readonly Message[]
): Promise<void> {
  const { kafka } = await connect();
  const producer = kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
    idempotent: true,
  });
  await producer.connect();
  await producer.send({ topic, messages: [...messages] });
  await producer.disconnect();
}

/** Sends `count` records with the values `<partition>:<index>` to each partition. */
export async function produceNumbered(
  topic: string,
  partitions: readonly number[],
  count: number,
): Promise<void> {
  const messages = partitions.flatMap((partition) =>
    Array.from({ length: count }, (_, index) => ({
      partition,
      value: `${partition}:${index}`,
    })),
  );
  await produce(topic, ...messages);
}

/** The group's committed offsets by partition; -1 = none. */
export async function committedOffsets(
  groupId: string,
  topic: string,
): Promise<number[]> {
  const [response] = await (
    await kafkaAdmin()
  ).fetchOffsets({ groupId, topics: [topic] });
  return (response?.partitions ?? [])
    .toSorted((a, b) => a.partition - b.partition)
    .map(({ offset }) => Number(offset));
}

/** Waits for `count` messages of a topic and returns them, keys and values decoded. */
export async function readTopic(
  topic: string,
  count: number,
): Promise<{ key: string | null; value: unknown }[]> {
  const { kafka } = await connect();
  const consumer = kafka.consumer({
    groupId: randomUUID(),
    maxWaitTimeInMs: 100,
  });
  const messages: { key: string | null; value: unknown }[] = [];
  await consumer.connect();
  await consumer.subscribe({ topic, fromBeginning: true });
  await consumer.run({
    eachMessage: ({ message }) => {
      messages.push({
        key: message.key?.toString() ?? null,
        value: JSON.parse(message.value?.toString() ?? "null"),
      });
      return Promise.resolve();
    },
  });
  await expect
    .poll(() => messages.length, { timeout: 30_000 })
    .toBeGreaterThanOrEqual(count);
  await consumer.disconnect();
  return messages;
}

/** The event that holds the first record of partition 0, and no other. */
export const eventOfFirst = (
  topic: string,
  record: Pick<SentRecord, "timestamp" | "key" | "value" | "headers">,
): SentEvent => ({
  eventSource: "SelfManagedKafka",
  bootstrapServers: kafkaBootstrapServers(),
  records: {
    [`${topic}-0`]: [
      {
        topic,
        partition: 0,
        offset: 0,
        timestampType: "CREATE_TIME",
        ...record,
      },
    ],
  },
});

export const recordsOf = (event: SentEvent): SentRecord[] =>
  Object.values(event.records).flat();
export const valuesOf = (events: readonly SentEvent[]): string[] =>
  events
    .flatMap(recordsOf)
    .map(({ value }) => Buffer.from(value ?? "", "base64").toString());

/** A clock whose waits are over at once and are written down. */
export function createHastyClock(
  delays: number[],
): NonNullable<EventSourceMappingOptions["clock"]> {
  return {
    now: () => Date.now(),
    elapsed: () => performance.now(),
    delay: (durationMs) => {
      delays.push(durationMs);
      return new Promise((resolve) =>
        setTimeout(resolve, Math.min(durationMs, 20)),
      );
    },
  };
}
