import type { AwsAccess, DocumentSender } from "./document-destination.ts";

/** Publishes to the SNS topic of this ARN; the client is loaded here, so that no other mapping pays for it. */
export async function openSnsSender(
  arn: string,
  access: AwsAccess,
): Promise<DocumentSender> {
  const { SNSClient, PublishCommand } = await import("@aws-sdk/client-sns");
  const [, , , region = ""] = arn.split(":");
  const client = new SNSClient({ ...access, region });
  return {
    send: async (document, _batch, _nowMs, abortSignal) => {
      await client.send(
        new PublishCommand({ TopicArn: arn, Message: document }),
        { abortSignal },
      );
    },
    close: () => client.destroy(),
  };
}
