import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { createTopic } from "#tests/support/servers.ts";
import { S3, SNS, SQS } from "./document-protocols.ts";
import { startDocumentService } from "./document-service.ts";
import {
  committedOffsets,
  FUNCTION_ERROR,
  ONE_BATCH_OF_FOUR,
  produceNumbered,
  startMapping,
} from "./mapping-under-test.ts";

const SERVICES = [
  ["SQS", SQS],
  ["SNS", SNS],
  ["S3", S3],
] as const;

const startFailingMapping = (
  topic: string,
  arn: string,
  endpoint: string,
  deliveryTimeoutMs: number,
) =>
  startMapping(
    topic,
    {
      ...ONE_BATCH_OF_FOUR,
      DestinationConfig: { OnFailure: { Destination: arn } },
      MaximumRetryAttempts: 0,
    },
    () => FUNCTION_ERROR,
    {
      aws: {
        endpoint,
        region: "us-east-1",
        credentials: { accessKeyId: "test", secretAccessKey: "test" },
      },
      choices: { deliveryTimeoutMs },
    },
  );

/** The modules of one of the AWS SDK's clients that this process has loaded. */
const loadedModules = (client: string) =>
  Object.keys(createRequire(import.meta.url).cache).filter((path) =>
    path.includes(client),
  );

test.each(SERVICES)(
  "22: a batch that fails becomes one document in %s, its records count as delivered, and the partitions go on",
  async (kind, protocol) => {
    const topic = await createTopic({ partitions: 2 });
    await produceNumbered(topic, [0, 1], 2);
    const { endpoint, requests } = await startDocumentService((request) =>
      protocol.answer(request),
    );
    expect(loadedModules(protocol.client)).toStrictEqual([]);

    const { mapping, events } = await startFailingMapping(
      topic,
      protocol.arn,
      endpoint,
      30_000,
    );

    await expect
      .poll(() => committedOffsets(mapping.groupId, topic), { timeout: 30_000 })
      .toStrictEqual([2, 2]);
    expect(mapping.counters()).toMatchObject({
      OnFailureDestinationDeliveredEventCount: 4,
      OnFailureDestinationDeliveryErrorCount: 0,
      DroppedEventCount: 0,
    });
    expect(loadedModules(protocol.client)).not.toStrictEqual([]);
    for (const { headers } of requests)
      expect(headers["authorization"]).toContain(`/${protocol.signedFor}/`);
    const documents = requests
      .map((request) => protocol.readDocument(request))
      .filter((document) => document !== null);
    expect(documents).toHaveLength(1);
    const document: Readonly<Record<string, unknown>> = JSON.parse(
      documents[0] ?? "null",
    );
    expect(document).toMatchObject({
      requestContext: {
        condition: "RetryAttemptsExhausted",
        approximateInvokeCount: 1,
      },
      KafkaBatchInfo: {
        batchSize: 4,
        recordsInfo: {
          [`${topic}-0`]: { firstRecordOffset: "0", lastRecordOffset: "1" },
          [`${topic}-1`]: { firstRecordOffset: "0", lastRecordOffset: "1" },
        },
      },
    });
    // Only a bucket gets the event too (23).
    expect(document["payload"]).toBe(
      kind === "S3" ? JSON.stringify(events[0]) : undefined,
    );
  },
);

test("25: an object in S3 is named after the mapping and the first partition", async () => {
  const topic = await createTopic();
  await produceNumbered(topic, [0], 4);
  const { endpoint, requests } = await startDocumentService((request) =>
    S3.answer(request),
  );

  const { mapping } = await startFailingMapping(
    topic,
    S3.arn,
    endpoint,
    30_000,
  );

  await expect.poll(() => requests).toHaveLength(1);
  expect(requests[0]?.path.split("?")[0]).toMatch(
    new RegExp(
      `^/letters/aws/lambda/${mapping.uuid}/${topic}-0/\\d{4}/\\d\\d/\\d\\d/[\\d.T-]{19}-[0-9a-f-]{36}$`,
    ),
  );
});

test.each(SERVICES)(
  "26: %s that takes a document and says nothing is given up, and the partition goes on",
  async (_, { arn }) => {
    const topic = await createTopic();
    await produceNumbered(topic, [0], 4);
    const { endpoint, requests } = await startDocumentService(() => null);

    const { mapping } = await startFailingMapping(topic, arn, endpoint, 200);

    await expect
      .poll(() => committedOffsets(mapping.groupId, topic), { timeout: 30_000 })
      .toStrictEqual([4]);
    expect(requests.length).toBeGreaterThan(0);
    expect(mapping.counters()).toMatchObject({
      OnFailureDestinationDeliveredEventCount: 0,
      OnFailureDestinationDeliveryErrorCount: 4,
      DroppedEventCount: 4,
    });
    expect(mapping.lastProcessingResult).toMatch(
      /^PROBLEM: Delivery to the on-failure destination failed/,
    );
  },
);
