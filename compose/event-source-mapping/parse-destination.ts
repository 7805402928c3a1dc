import type { OnFailureTarget } from "./configuration.ts";
import { invalidParameter } from "./errors.ts";
import { readOptionalObject } from "./parameter-readers.ts";

const KAFKA = /^kafka:\/\/(?<topic>[\w.-]{1,249})$/;
const ARNS = [
  { kind: "sqs", pattern: /^arn:[\w-]+:sqs:[\w-]+:\d{12}:[\w-]{1,80}$/ },
  { kind: "sns", pattern: /^arn:[\w-]+:sns:[\w-]+:\d{12}:[\w-]{1,256}$/ },
  { kind: "s3", pattern: /^arn:[\w-]+:s3:::[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$/ },
] as const;

/** Reads `DestinationConfig` (event-source-mapping.md, 2 and 22); `topic` is the source's, which must be another. */
export function parseDestination(
  value: unknown,
  topic: string,
): OnFailureTarget | null {
  const given = readOptionalObject("DestinationConfig", value, [
    "OnFailure",
    "OnSuccess",
  ]);
  if (given === null) return null;
  if (given["OnSuccess"] !== undefined) {
    throw invalidParameter(
      "DestinationConfig.OnSuccess",
      given["OnSuccess"],
      "only OnFailure for a Kafka event source",
    );
  }
  const onFailure = readOptionalObject(
    "DestinationConfig.OnFailure",
    given["OnFailure"],
    ["Destination"],
  );
  if (onFailure === null) return null;
  const destination = onFailure["Destination"];
  const target =
    typeof destination === "string" ? readTarget(destination) : null;
  if (target === null) {
    throw invalidParameter(
      "DestinationConfig.OnFailure.Destination",
      destination,
      "kafka://<topic>, or the ARN of an SQS standard queue, an SNS standard topic or an S3 bucket",
    );
  }
  if (target.kind === "kafka" && target.topic === topic) {
    throw invalidParameter(
      "DestinationConfig.OnFailure.Destination",
      destination,
      "another topic than the source's",
    );
  }
  return target;
}

function readTarget(destination: string): OnFailureTarget | null {
  const topic = KAFKA.exec(destination)?.groups?.["topic"];
  if (topic !== undefined) return { kind: "kafka", topic };
  const match = ARNS.find(({ pattern }) => pattern.test(destination));
  return match === undefined ? null : { kind: match.kind, arn: destination };
}
