import { randomUUID } from "node:crypto";
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  S3Client,
} from "@aws-sdk/client-s3";
import {
  CreateTopicCommand,
  SNSClient,
  SubscribeCommand,
} from "@aws-sdk/client-sns";
import {
  CreateQueueCommand,
  GetQueueAttributesCommand,
  ReceiveMessageCommand,
  SQSClient,
} from "@aws-sdk/client-sqs";
import { Kafka } from "kafkajs";
import { afterAll, expect, onTestFinished, test } from "vitest";
import { CHOICES } from "#compose/event-source-mapping/choices.ts";
import { createOnFailureDestination } from "#compose/event-source-mapping/create-on-failure-destination.ts";
import {
  createEventFormat,
  encodeEvent,
} from "#compose/event-source-mapping/encode-event.ts";
import type { PartitionSlice } from "#compose/event-source-mapping/encode-event.ts";
import {
  encodedRecordBytes,
  recordPrefix,
} from "#compose/event-source-mapping/encode-record.ts";
import type { FetchedRecord } from "#compose/event-source-mapping/encode-record.ts";
import type { OnFailureDestination } from "#compose/event-source-mapping/on-failure-destination.ts";
import { localStackAccess } from "./support/localstack.ts";

const NOW_MS = Date.UTC(2026, 0, 2, 3, 4, 5, 678);
const RECORDED_AT_MS = Date.UTC(2026, 0, 1);
const UUID = "00000000-0000-4000-8000-000000000000";
const ACCOUNT = "000000000000";
const SOURCE = {
  kind: "SelfManagedKafka",
  bootstrapServers: ["b-1:9092"],
} as const;
const FORMAT = createEventFormat(SOURCE, SOURCE.bootstrapServers, "plays");
const BATCH = {
  slices: [slice(0, [100, 101]), slice(2, [7])],
  failure: {
    condition: "retries_exhausted",
    requestId: "request",
    response: { functionError: "Unhandled" },
    approximateInvokeCount: 3,
  },
} as const;
const DOCUMENT = {
  requestContext: {
    requestId: "request",
    functionArn: `arn:aws:lambda:us-east-1:${ACCOUNT}:function:aggregate`,
    condition: "RetryAttemptsExhausted",
    approximateInvokeCount: 3,
  },
  responseContext: {
    statusCode: 200,
    executedVersion: "$LATEST",
    functionError: "Unhandled",
  },
  version: "1.0",
  timestamp: "2026-01-02T03:04:05.678Z",
  KafkaBatchInfo: {
    batchSize: 3,
    bootstrapServers: "b-1:9092",
    payloadSize: encodeEvent(FORMAT, BATCH.slices).byteLength,
    recordsInfo: {
      "plays-0": {
        firstRecordOffset: "100",
        lastRecordOffset: "101",
        firstRecordTimestamp: "2026-01-01T00:00:00.100Z",
        lastRecordTimestamp: "2026-01-01T00:00:00.101Z",
      },
      "plays-2": {
        firstRecordOffset: "7",
        lastRecordOffset: "7",
        firstRecordTimestamp: "2026-01-01T00:00:00.007Z",
        lastRecordTimestamp: "2026-01-01T00:00:00.007Z",
      },
    },
  },
};

const sqs = new SQSClient(localStackAccess());
const sns = new SNSClient(localStackAccess());
const s3 = new S3Client({ ...localStackAccess(), forcePathStyle: true });

afterAll(() => {
  sqs.destroy();
  sns.destroy();
  s3.destroy();
});

/** Records of the given offsets, each that many milliseconds into 2026. */
function slice(partition: number, offsets: readonly number[]): PartitionSlice {
  const records = offsets.map((offset): FetchedRecord => ({
    offset: String(offset),
    timestamp: String(RECORDED_AT_MS + offset),
    key: Buffer.from("k"),
    value: Buffer.from("{}"),
  }));
  const prefix = recordPrefix("plays", partition);
  const encodedBytes = records.reduce(
    (bytes, record) => bytes + encodedRecordBytes(prefix, record),
    records.length - 1,
  );
  return { partition, records, encodedBytes };
}

function openDestination(
  kind: "sqs" | "sns" | "s3",
  arn: string,
): OnFailureDestination {
  const destination = createOnFailureDestination({
    target: { kind, arn },
    kafka: new Kafka({ brokers: ["127.0.0.1:1"] }),
    aws: localStackAccess(),
    uuid: UUID,
    context: {
      functionArn: DOCUMENT.requestContext.functionArn,
      source: SOURCE,
      bootstrapServers: SOURCE.bootstrapServers,
      format: FORMAT,
    },
    now: () => NOW_MS,
    choices: CHOICES,
  });
  if (destination === null) throw new Error("A declared destination is none.");
  onTestFinished(() => destination.close());
  return destination;
}

async function createQueue() {
  const { QueueUrl } = await sqs.send(
    new CreateQueueCommand({ QueueName: `letters-${randomUUID()}` }),
  );
  const { Attributes } = await sqs.send(
    new GetQueueAttributesCommand({
      QueueUrl,
      AttributeNames: ["QueueArn"],
    }),
  );
  const arn = Attributes?.["QueueArn"] ?? "";
  const receive = async (): Promise<unknown> => {
    const { Messages } = await sqs.send(
      new ReceiveMessageCommand({
        QueueUrl,
        MaxNumberOfMessages: 10,
        WaitTimeSeconds: 20,
      }),
    );
    expect(Messages).toHaveLength(1);
    return JSON.parse(Messages?.[0]?.Body ?? "null");
  };
  return { arn, receive };
}

test("22 and 23: a queue gets one document for the whole batch, without its records", async () => {
  const queue = await createQueue();

  const delivery = await openDestination("sqs", queue.arn).deliver(BATCH);

  expect(delivery).toStrictEqual({ deliveredCount: 3, errors: [] });
  expect(await queue.receive()).toStrictEqual(DOCUMENT);
});

test("22 and 23: an SNS topic's subscribers get one document for the whole batch", async () => {
  const queue = await createQueue();
  const { TopicArn = "" } = await sns.send(
    new CreateTopicCommand({ Name: `letters-${randomUUID()}` }),
  );
  await sns.send(
    new SubscribeCommand({
      TopicArn,
      Protocol: "sqs",
      Endpoint: queue.arn,
      Attributes: { RawMessageDelivery: "true" },
    }),
  );

  const delivery = await openDestination("sns", TopicArn).deliver(BATCH);

  expect(delivery).toStrictEqual({ deliveredCount: 3, errors: [] });
  expect(await queue.receive()).toStrictEqual(DOCUMENT);
});

test("22, 23 and 25: a bucket gets the document and the whole event, under the mapping's key", async () => {
  const Bucket = `letters-${randomUUID()}`;
  await s3.send(new CreateBucketCommand({ Bucket }));

  const delivery = await openDestination(
    "s3",
    `arn:aws:s3:::${Bucket}`,
  ).deliver(BATCH);

  expect(delivery).toStrictEqual({ deliveredCount: 3, errors: [] });
  const { Contents } = await s3.send(new ListObjectsV2Command({ Bucket }));
  expect(Contents).toHaveLength(1);
  const Key = Contents?.[0]?.Key ?? "";
  expect(Key).toMatch(
    /^aws\/lambda\/00000000-0000-4000-8000-000000000000\/plays-0\/2026\/01\/02\/2026-01-02T03\.04\.05-[0-9a-f-]{36}$/,
  );
  const { Body } = await s3.send(new GetObjectCommand({ Bucket, Key }));
  expect(JSON.parse((await Body?.transformToString()) ?? "null")).toStrictEqual(
    {
      ...DOCUMENT,
      payload: Buffer.from(encodeEvent(FORMAT, BATCH.slices)).toString(),
    },
  );
});

test.each([
  ["sqs", `arn:aws:sqs:us-east-1:${ACCOUNT}:missing`],
  ["sns", `arn:aws:sns:us-east-1:${ACCOUNT}:missing`],
  ["s3", "arn:aws:s3:::missing"],
] as const)(
  "26: what is missing (%s) takes nothing, and says so",
  async (kind, arn) => {
    const delivery = await openDestination(kind, arn).deliver(BATCH);

    expect(delivery).toStrictEqual({
      deliveredCount: 0,
      errors: [expect.any(Error)],
    });
  },
);
