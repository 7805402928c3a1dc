import { kafkaConsumer } from "@aws-lambda-powertools/kafka";
import type {
  ConsumerRecords,
  MSKEvent,
} from "@aws-lambda-powertools/kafka/types";
import {
  KafkaMskEventSchema,
  KafkaSelfManagedEventSchema,
} from "@aws-lambda-powertools/parser/schemas/kafka";
import type { Context } from "aws-lambda";
import type { Message } from "kafkajs";
import { describe, expect, test } from "vitest";
import { checkLambdaType } from "#tests/support/check-types.ts";
import { createTopic, kafkaBootstrapServers } from "#tests/support/servers.ts";
import {
  produce,
  recordsOf,
  startMapping,
  SUCCESS,
} from "./mapping-under-test.ts";
import type { SentEvent } from "./mapping-under-test.ts";

const BINARY = Buffer.from(Uint8Array.from({ length: 256 }, (_, byte) => byte));
const KEYED: Message = { key: "u1", value: '{"n":1}' };
const REPEATED: Message = {
  key: "u2",
  value: "text",
  headers: { tag: ["a", "b"], other: "c" },
};
const BINARY_PARTS: Message = { key: BINARY, value: BINARY };
const KEYLESS: Message = { value: "no key" };
const TOMBSTONE: Message = { key: "u3", value: null };
const SIGNED_HEADER: Message = {
  key: "u4",
  value: "x",
  headers: { traceparent: Buffer.from([48, 195, 171]) },
};

const ARN = "arn:aws:kafka:us-east-1:000000000000:cluster/example/abcd-1";
const SELF_MANAGED = {
  name: "self-managed Kafka",
  schema: KafkaSelfManagedEventSchema,
  typeName: "SelfManagedKafkaEvent",
  parameters: {},
};
const MSK = {
  name: "Amazon MSK",
  schema: KafkaMskEventSchema,
  typeName: "MSKEvent",
  parameters: { SelfManagedEventSource: undefined, EventSourceArn: ARN },
};
type Source = typeof SELF_MANAGED | typeof MSK;

/** The one event that the mapping makes of these records of a real topic. */
async function eventOf(
  source: Source,
  ...messages: readonly Message[]
): Promise<SentEvent> {
  const topic = await createTopic();
  await produce(topic, ...messages);
  const { events } = await startMapping(
    topic,
    {
      ...source.parameters,
      BatchSize: messages.length,
      MaximumBatchingWindowInSeconds: 300,
    },
    () => SUCCESS,
    { kafka: { brokers: [kafkaBootstrapServers()] } },
  );
  await expect.poll(() => events.length, { timeout: 20_000 }).toBe(1);
  const [event] = events;
  if (event === undefined) throw new Error("No event came.");
  return event;
}

/** The event with its first record changed. */
function withFault(event: SentEvent, fault: object): unknown {
  const [name = ""] = Object.keys(event.records);
  const [first, ...others] = recordsOf(event);
  return { ...event, records: { [name]: [{ ...first, ...fault }, ...others] } };
}

describe.for([SELF_MANAGED, MSK])("an event of $name", (source) => {
  test("is accepted by Powertools' schema, with the bytes that were sent", async () => {
    const event = await eventOf(source, KEYED, REPEATED, KEYLESS, BINARY_PARTS);

    const parsed = source.schema.parse(event);

    expect(parsed).toMatchObject({
      eventSource: event.eventSource,
      bootstrapServers: [kafkaBootstrapServers()],
    });
    const [keyed, repeated, keyless, binary] = Object.values(
      parsed.records,
    ).flat();
    expect(keyed).toMatchObject({ offset: 0, key: "u1", value: '{"n":1}' });
    expect(repeated?.headers).toStrictEqual([
      { tag: "a" },
      { tag: "b" },
      { other: "c" },
    ]);
    expect(keyless?.key).toBeUndefined();
    // The schema decodes to text, for which not all bytes are made.
    expect(binary?.value).toBe(BINARY.toString());
  });

  test("with a tombstone is refused by Powertools' schema, which knows no record without a value: a deviation", async () => {
    const event = await eventOf(source, KEYED, TOMBSTONE);

    const { error } = source.schema.safeParse(event);

    expect(error?.issues).toMatchObject([
      { path: ["records", expect.any(String), 1, "value"] },
    ]);
  });

  test("with a header byte from 128 is refused by Powertools' schema, which knows no signed bytes: a deviation", async () => {
    const event = await eventOf(source, SIGNED_HEADER);

    expect(recordsOf(event)[0]?.headers).toStrictEqual([
      { traceparent: [48, -61, -85] },
    ]);
    expect(() => source.schema.parse(event)).toThrow(RangeError);
  });

  test("is consumed by Powertools' Kafka consumer, tombstones and signed header bytes included", async () => {
    const event = await eventOf(
      source,
      KEYED,
      REPEATED,
      KEYLESS,
      TOMBSTONE,
      SIGNED_HEADER,
      BINARY_PARTS,
    );

    const records = await consume(event);

    const [keyed, repeated, keyless, tombstone, signed, binary] = records;
    expect(records).toHaveLength(6);
    expect(keyed).toMatchObject({ key: "u1", value: '{"n":1}' });
    expect(repeated?.headers).toStrictEqual([
      { tag: "a" },
      { tag: "b" },
      { other: "c" },
    ]);
    expect(keyless).toMatchObject({ key: undefined, value: "no key" });
    expect(tombstone).toMatchObject({ key: "u3", value: undefined });
    expect(signed?.headers).toStrictEqual([{ traceparent: "0ë" }]);
    expect(binary).toMatchObject({
      originalKey: BINARY.toString("base64"),
      originalValue: BINARY.toString("base64"),
    });
  });

  test("is one of the types of @types/aws-lambda", async () => {
    const event = await eventOf(source, KEYED, REPEATED, BINARY_PARTS, {
      ...SIGNED_HEADER,
    });

    expect(checkLambdaType(source.typeName, event)).toBe("");
  });

  test("without a key or a value is none of the types of @types/aws-lambda, which require both: a deviation", async () => {
    const keyless = await eventOf(source, KEYLESS);
    const tombstone = await eventOf(source, TOMBSTONE);

    expect(checkLambdaType(source.typeName, keyless)).toContain(
      "Property 'key' is missing",
    );
    expect(checkLambdaType(source.typeName, tombstone)).toContain(
      "Property 'value' is missing",
    );
  });

  test("with a fault is refused by the judges", async () => {
    const event = await eventOf(source, KEYED);

    const offsetAsText = withFault(event, { offset: "0" });
    const unknownType = withFault(event, { timestampType: "CreateTime" });
    const headersAsObject = withFault(event, { headers: {} });

    expect(source.schema.safeParse(offsetAsText).success).toBe(false);
    expect(source.schema.safeParse(headersAsObject).success).toBe(false);
    expect(checkLambdaType(source.typeName, offsetAsText)).toContain("TS2322");
    expect(checkLambdaType(source.typeName, unknownType)).toContain("TS2820");
  });
});

test("a faulty event is refused by Powertools' Kafka consumer", async () => {
  const event = await eventOf(SELF_MANAGED, KEYED);

  await expect(consume({ ...event, records: { a: {} } })).rejects.toThrow(
    "Event is not a valid MSKEvent",
  );
});

/** What a handler behind Powertools' Kafka consumer receives. */
async function consume(event: unknown): Promise<ConsumerRecords["records"]> {
  let received: ConsumerRecords["records"] = [];
  const handler = kafkaConsumer<unknown, unknown>(async ({ records }) => {
    received = records;
  });
  const given: [MSKEvent, Context] = JSON.parse(JSON.stringify([event, {}]));
  await handler(...given);
  return received;
}
