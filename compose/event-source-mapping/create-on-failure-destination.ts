import type { Kafka } from "kafkajs";
import type { Choices } from "./choices.ts";
import type { OnFailureTarget } from "./configuration.ts";
import { createDocumentDestination } from "./document-destination.ts";
import type { AwsAccess, DocumentSender } from "./document-destination.ts";
import type { DocumentContext } from "./failure-context.ts";
import { createKafkaDestination } from "./kafka-destination.ts";
import type { OnFailureDestination } from "./on-failure-destination.ts";
import { openS3Sender } from "./s3-destination.ts";
import { openSnsSender } from "./sns-destination.ts";
import { openSqsSender } from "./sqs-destination.ts";

interface DestinationOptions {
  readonly target: OnFailureTarget | null;
  readonly kafka: Kafka;
  readonly aws: AwsAccess;
  /** Of the mapping. */
  readonly uuid: string;
  readonly context: DocumentContext;
  readonly now: () => number;
  readonly choices: Pick<
    Choices,
    "deliveredBytesPerRequest" | "deliveryTimeoutMs"
  >;
}

/** The declared destination, which connects with its first delivery; `null` where none is declared. */
export function createOnFailureDestination(
  options: DestinationOptions,
): OnFailureDestination | null {
  const { target, context, now, choices } = options;
  if (target === null) return null;
  if (target.kind === "kafka") {
    return createKafkaDestination({
      kafka: options.kafka,
      topic: target.topic,
      context,
      now,
      bytesPerRequest: choices.deliveredBytesPerRequest,
    });
  }
  const { kind, arn } = target;
  return createDocumentDestination({
    open: () => openSender(kind, arn, options),
    context,
    now,
    withPayload: kind === "s3",
    timeoutMs: choices.deliveryTimeoutMs,
  });
}

function openSender(
  kind: "sqs" | "sns" | "s3",
  arn: string,
  { aws, uuid, context }: DestinationOptions,
): Promise<DocumentSender> {
  if (kind === "sqs") return openSqsSender(arn, aws);
  if (kind === "sns") return openSnsSender(arn, aws);
  return openS3Sender(arn, aws, { uuid, topic: context.format.topic });
}
