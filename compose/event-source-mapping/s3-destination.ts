import { randomUUID } from "node:crypto";
import type { AwsAccess, DocumentSender } from "./document-destination.ts";
import type { FailedBatch } from "./on-failure-destination.ts";

/** Puts one object for each document into the bucket of this ARN; the client is loaded here, so that no other mapping pays for it. */
export async function openS3Sender(
  arn: string,
  access: AwsAccess,
  mapping: { readonly uuid: string; readonly topic: string },
): Promise<DocumentSender> {
  const { S3Client, PutObjectCommand } = await import("@aws-sdk/client-s3");
  const client = new S3Client({
    ...access,
    // An endpoint of one's own has no name of its own for every bucket.
    forcePathStyle: access.endpoint !== undefined,
  });
  return {
    send: async (document, batch, nowMs, abortSignal) => {
      await client.send(
        new PutObjectCommand({
          Bucket: arn.split(":").at(-1),
          Key: nameObject(mapping, batch, nowMs),
          Body: document,
          ContentType: "application/json",
        }),
        { abortSignal },
      );
    },
    close: () => client.destroy(),
  };
}

/** `aws/lambda/<uuid>/<topic>-<partition>/YYYY/MM/DD/<time>-<uuid>` (25); of several partitions, the first one's. */
function nameObject(
  { uuid, topic }: { readonly uuid: string; readonly topic: string },
  { slices }: FailedBatch,
  nowMs: number,
): string {
  const time = new Date(nowMs).toISOString();
  const day = time.slice(0, 10).replaceAll("-", "/");
  const second = time.slice(0, 19).replaceAll(":", ".");
  return `aws/lambda/${uuid}/${topic}-${slices[0]?.partition}/${day}/${second}-${randomUUID()}`;
}
