import { default as middy } from "@middy/core";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  decodeKafkaEvent,
  decodeRecords,
  type DecodedBatch,
} from "#shared/lambda/decode-records.ts";

const RECORD = {
  topic: "plays",
  partition: 0,
  offset: 15,
  timestamp: 1_545_084_650_987,
  timestampType: "CREATE_TIME",
  key: "dTE=",
  value: "e30=",
  headers: [{ traceparent: [48, 48, -61, -85] }, { tag: [97] }, { tag: [98] }],
};
const eventOf = (...records: unknown[]) => ({
  eventSource: "SelfManagedKafka",
  bootstrapServers: "b-1:9092",
  records: { "plays-0": records },
});

describe("an event of a Kafka event source mapping", () => {
  test("becomes records with bytes, signed header bytes included", () => {
    expect(decodeKafkaEvent(eventOf(RECORD))).toEqual({
      records: [
        {
          topic: "plays",
          partition: 0,
          offset: 15,
          timestampMs: 1_545_084_650_987,
          key: Buffer.from("u1"),
          value: Buffer.from("{}"),
          headers: [
            ["traceparent", Uint8Array.of(48, 48, 195, 171)],
            ["tag", Uint8Array.of(97)],
            ["tag", Uint8Array.of(98)],
          ],
        },
      ],
    });
  });

  test("of Amazon MSK and of several partitions is taken in its order", () => {
    const event = {
      eventSource: "aws:kafka",
      eventSourceArn: "arn:aws:kafka:eu-central-1:000000000000:cluster/c/1",
      bootstrapServers: "b-1:9092",
      records: {
        "plays-1": [{ ...RECORD, partition: 1 }],
        "plays-0": [RECORD, { ...RECORD, offset: 16 }],
      },
    };
    const { records } = decodeKafkaEvent(event);
    expect(records.map(({ partition, offset }) => [partition, offset])).toEqual(
      [
        [1, 15],
        [0, 15],
        [0, 16],
      ],
    );
  });

  test.for([
    [{}, null],
    [{ key: null, value: null, headers: null }, null],
    [{ key: "", value: "", headers: [] }, new Uint8Array()],
  ] as const)(
    "with the key, value and headers %j keeps null and empty apart",
    ([parts, bytes]) => {
      const { topic, partition, offset, timestamp } = RECORD;
      const [record] = decodeKafkaEvent(
        eventOf({ topic, partition, offset, timestamp, ...parts }),
      ).records;
      expect(record?.headers).toEqual([]);
      expect(record?.key === null ? null : [...(record?.key ?? [1])]).toEqual(
        bytes === null ? null : [...bytes],
      );
      expect(
        record?.value === null ? null : [...(record?.value ?? [1])],
      ).toEqual(bytes === null ? null : [...bytes]);
    },
  );

  test("without records is an empty micro-batch", () => {
    expect(decodeKafkaEvent({ ...eventOf(), records: {} })).toEqual({
      records: [],
    });
  });

  test("restores any bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array(), fc.uint8Array(), (value, header) => {
        const event = eventOf({
          ...RECORD,
          value: Buffer.from(value).toString("base64"),
          headers: [{ h: [...new Int8Array(header)] }],
        });
        const [record] = decodeKafkaEvent(event).records;
        expect([...(record?.value ?? [])]).toEqual([...value]);
        expect(record?.headers[0]?.[1]).toEqual(header);
      }),
    );
  });
});

describe("anything else is refused, with the place and the expectation and without the value", () => {
  test.for([
    [undefined, "the event is undefined, expected an object"],
    [[], "the event is a list, expected an object"],
    [
      {},
      'eventSource is undefined, expected "aws:kafka" or "SelfManagedKafka"',
    ],
    [
      { eventSource: "aws:kinesis" },
      'eventSource is an unusable string, expected "aws:kafka"',
    ],
    [
      { eventSource: "aws:kafka" },
      "records is undefined, expected an object of lists",
    ],
    [
      { eventSource: "aws:kafka", records: { a: {} } },
      'records["a"] is object, expected a list',
    ],
    [eventOf(null), 'records["plays-0"][0] is null, expected an object'],
    [
      eventOf(RECORD, { ...RECORD, topic: 1 }),
      'records["plays-0"][1].topic is an unusable number, expected text',
    ],
    [
      eventOf({ ...RECORD, partition: "0" }),
      ".partition is an unusable string, expected a whole number from 0",
    ],
    [eventOf({ ...RECORD, offset: -1 }), ".offset is an unusable number"],
    [eventOf({ ...RECORD, offset: 2 ** 53 }), ".offset is an unusable number"],
    [
      eventOf({ ...RECORD, timestamp: 0.5 }),
      ".timestamp is an unusable number, expected whole milliseconds",
    ],
    [
      eventOf({ ...RECORD, key: 1 }),
      ".key is an unusable number, expected base64 text, null or nothing",
    ],
    [
      eventOf({ ...RECORD, value: "secret!!" }),
      ".value is an unusable string, expected base64 text",
    ],
    [
      eventOf({ ...RECORD, value: "e30" }),
      ".value is an unusable string, expected base64 text",
    ],
    [
      eventOf({ ...RECORD, headers: {} }),
      ".headers is object, expected a list",
    ],
    [
      eventOf({ ...RECORD, headers: ["x"] }),
      ".headers[0] is an unusable string, expected an object",
    ],
    [
      eventOf({ ...RECORD, headers: [{ x: "y" }] }),
      ".headers[0] is an unusable string, expected a list of bytes",
    ],
    [
      eventOf({ ...RECORD, headers: [{ x: [256] }] }),
      ".headers[0] is a list, expected a list of bytes",
    ],
  ] as const)("%j", ([event, message]) => {
    const decode = () => decodeKafkaEvent(event);
    expect(decode).toThrow(
      expect.objectContaining({
        code: "invalid_kafka_event",
        domain: "user",
        retry: false,
      }),
    );
    expect(decode).toThrow(message);
    expect(decode).not.toThrow("secret");
  });
});

describe("the middleware", () => {
  const handler = middy(
    async ({ records }: DecodedBatch) => records.length,
  ).use(decodeRecords());
  const invoke: (event: unknown) => Promise<unknown> = async (event) =>
    await Reflect.apply(handler, undefined, [event, {}]);

  test("hands the records to the handler", async () => {
    expect(await invoke(eventOf(RECORD, RECORD))).toBe(2);
  });

  test("fails the invocation for an event that it cannot read", async () => {
    await expect(invoke({ Records: [] })).rejects.toMatchObject({
      code: "invalid_kafka_event",
    });
  });
});
