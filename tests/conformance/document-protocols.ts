import { createHash } from "node:crypto";
import type { ReceivedRequest, ServiceResponse } from "./document-service.ts";

/** How one of AWS's services takes a document over HTTP. */
export interface DocumentProtocol {
  readonly arn: string;
  /** In the path of the client's modules. */
  readonly client: string;
  /** The service and region that requests are signed for. */
  readonly signedFor: string;
  answer(request: ReceivedRequest): ServiceResponse;
  /** The document that a request brings; `null` = it brings none. */
  readDocument(request: ReceivedRequest): string | null;
}

// Not an address of the service: a mapping that goes there instead of to the endpoint fails its test.
const QUEUE_URL = "http://127.0.0.1:1/123456789012/letters";

const readSqsBody = ({ body }: ReceivedRequest): Record<string, unknown> =>
  JSON.parse(body);

export const SQS: DocumentProtocol = {
  arn: "arn:aws:sqs:eu-central-1:123456789012:letters",
  client: "@aws-sdk/client-sqs",
  signedFor: "eu-central-1/sqs",
  answer: (request) => {
    const body = readSqsBody(request);
    const isLookUp =
      request.headers["x-amz-target"] === "AmazonSQS.GetQueueUrl" &&
      body["QueueName"] === "letters" &&
      body["QueueOwnerAWSAccountId"] === "123456789012";
    return {
      contentType: "application/x-amz-json-1.0",
      body: JSON.stringify(
        isLookUp
          ? { QueueUrl: QUEUE_URL }
          : {
              MessageId: "message",
              // The client checks it.
              MD5OfMessageBody: createHash("md5")
                .update(String(body["MessageBody"]))
                .digest("hex"),
            },
      ),
    };
  },
  readDocument: (request) => {
    const body = readSqsBody(request);
    return request.headers["x-amz-target"] === "AmazonSQS.SendMessage" &&
      body["QueueUrl"] === QUEUE_URL
      ? String(body["MessageBody"])
      : null;
  },
};

export const SNS: DocumentProtocol = {
  arn: "arn:aws:sns:eu-central-1:123456789012:letters",
  client: "@aws-sdk/client-sns",
  signedFor: "eu-central-1/sns",
  answer: () => ({
    contentType: "text/xml",
    body: '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>message</MessageId></PublishResult></PublishResponse>',
  }),
  readDocument: ({ body }) => {
    const form = new URLSearchParams(body);
    return form.get("Action") === "Publish" && form.get("TopicArn") === SNS.arn
      ? form.get("Message")
      : null;
  },
};

export const S3: DocumentProtocol = {
  arn: "arn:aws:s3:::letters",
  client: "@aws-sdk/client-s3",
  // A bucket's ARN names no region: it is the one of the access.
  signedFor: "us-east-1/s3",
  answer: () => ({ contentType: "application/xml", body: "" }),
  readDocument: ({ method, path, body }) =>
    method === "PUT" && path.startsWith("/letters/aws/lambda/") ? body : null,
};
