import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import { createRequire } from "node:module";
import { afterEach, expect, test } from "vitest";
import { createTopic } from "#tests/support/servers.ts";
import {
  committedOffsets,
  FUNCTION_ERROR,
  produceNumbered,
  startMapping,
} from "./mapping-under-test.ts";

interface ReceivedRequest {
  readonly operation: string;
  readonly body: Readonly<Record<string, unknown>>;
}

const ARN = "arn:aws:sqs:eu-central-1:123456789012:letters";
// Not an address of the server: a mapping that goes there instead of to the endpoint fails its test.
const QUEUE_URL = "http://127.0.0.1:1/123456789012/letters";
const servers: Server[] = [];

afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

/** Stands where SQS would be; `answer` gives a response's body, or `null` for none at all. */
async function startQueueService(
  answer: (request: ReceivedRequest) => object | null,
) {
  const requests: ReceivedRequest[] = [];
  const server = createServer((message, response) => {
    const chunks: Buffer[] = [];
    message.on("data", (chunk: Buffer) => chunks.push(chunk));
    message.on("end", () => {
      const request: ReceivedRequest = {
        operation: String(message.headers["x-amz-target"]),
        body: JSON.parse(Buffer.concat(chunks).toString()),
      };
      requests.push(request);
      const body = answer(request);
      if (body === null) return;
      response.setHeader("content-type", "application/x-amz-json-1.0");
      response.end(JSON.stringify(body));
    });
  });
  servers.push(server);
  await new Promise<void>((resolve) =>
    server.listen(0, "127.0.0.1", () => resolve()),
  );
  const address = server.address();
  if (typeof address !== "object" || address === null)
    throw new Error("A listening server has an address.");
  return { requests, endpoint: `http://127.0.0.1:${address.port}` };
}

const startFailingMapping = (
  topic: string,
  endpoint: string,
  deliveryTimeoutMs: number,
) =>
  startMapping(
    topic,
    {
      ProvisionedPollerConfig: {},
      DestinationConfig: { OnFailure: { Destination: ARN } },
      MaximumRetryAttempts: 0,
      BatchSize: 4,
      MaximumBatchingWindowInSeconds: 5,
    },
    () => FUNCTION_ERROR,
    {
      aws: {
        endpoint,
        credentials: { accessKeyId: "test", secretAccessKey: "test" },
      },
      choices: { deliveryTimeoutMs },
    },
  );

/** The modules of the AWS SDK's SQS client that this process has loaded. */
const loadedClientModules = () =>
  Object.keys(createRequire(import.meta.url).cache).filter((path) =>
    path.includes("@aws-sdk/client-sqs"),
  );

test("22: a batch that fails becomes one message, its records count as delivered, and the partitions go on", async () => {
  const topic = await createTopic({ partitions: 2 });
  await produceNumbered(topic, [0, 1], 2);
  const { endpoint, requests } = await startQueueService(
    ({ operation, body }) =>
      operation.endsWith("GetQueueUrl")
        ? { QueueUrl: QUEUE_URL }
        : {
            MessageId: "message",
            // The client checks it.
            MD5OfMessageBody: createHash("md5")
              .update(String(body["MessageBody"]))
              .digest("hex"),
          },
  );
  expect(loadedClientModules()).toStrictEqual([]);

  const { mapping } = await startFailingMapping(topic, endpoint, 30_000);

  await expect
    .poll(() => committedOffsets(mapping.groupId, topic), { timeout: 30_000 })
    .toStrictEqual([2, 2]);
  expect(mapping.counters()).toMatchObject({
    OnFailureDestinationDeliveredEventCount: 4,
    OnFailureDestinationDeliveryErrorCount: 0,
    DroppedEventCount: 0,
  });
  expect(loadedClientModules()).not.toStrictEqual([]);
  const messages = requests.filter(({ operation }) =>
    operation.endsWith("SendMessage"),
  );
  expect(requests[0]).toStrictEqual({
    operation: "AmazonSQS.GetQueueUrl",
    body: { QueueName: "letters", QueueOwnerAWSAccountId: "123456789012" },
  });
  expect(messages).toHaveLength(1);
  expect(messages[0]?.body["QueueUrl"]).toBe(QUEUE_URL);
  expect(JSON.parse(String(messages[0]?.body["MessageBody"]))).toMatchObject({
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
});

test("26: a service that takes a message and says nothing is given up, and the partition goes on", async () => {
  const topic = await createTopic();
  await produceNumbered(topic, [0], 4);
  const { endpoint, requests } = await startQueueService(() => null);

  const { mapping } = await startFailingMapping(topic, endpoint, 200);

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
});
