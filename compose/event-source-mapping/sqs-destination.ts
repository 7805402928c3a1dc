import type { AwsAccess, DocumentSender } from "./document-destination.ts";

/** Sends to the queue of this ARN; the client is loaded here, so that no other mapping pays for it. */
export async function openSqsSender(
  arn: string,
  access: AwsAccess,
): Promise<DocumentSender> {
  const { SQSClient, GetQueueUrlCommand, SendMessageCommand } =
    await import("@aws-sdk/client-sqs");
  const [, , , region = "", owner, name] = arn.split(":");
  const client = new SQSClient({
    ...access,
    region,
    // The URL may name a host that only the service itself can resolve.
    useQueueUrlAsEndpoint: access.endpoint === undefined,
  });
  let queueUrl: string | undefined;
  return {
    send: async (document, _batch, _nowMs, abortSignal) => {
      queueUrl ??= (
        await client.send(
          new GetQueueUrlCommand({
            QueueName: name,
            QueueOwnerAWSAccountId: owner,
          }),
          { abortSignal },
        )
      ).QueueUrl;
      await client.send(
        new SendMessageCommand({ QueueUrl: queueUrl, MessageBody: document }),
        { abortSignal },
      );
    },
    close: () => client.destroy(),
  };
}
