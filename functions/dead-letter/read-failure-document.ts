import { z } from "zod";

import { type Decoded, invalidSchema } from "#shared/domain/decoded.ts";
import { parseJson } from "#shared/domain/parse-json.ts";
import type { StoredLetter } from "#shared/domain/read-letter.ts";
import { readRedriveHistory } from "#shared/domain/redrive-headers.ts";
import type { DiscardReason } from "#shared/domain/rejection.ts";
import { decodeKafkaEvent } from "#shared/lambda/decode-records.ts";
import { PipelineError } from "#shared/errors.ts";

/** What marks a document of an event source mapping, whatever else is wrong with it. */
const documentMark = z.looseObject({
  requestContext: z.unknown().nonoptional(),
  KafkaBatchInfo: z.unknown().nonoptional(),
});

const failureDocument = z.looseObject({
  requestContext: z.looseObject({
    condition: z.string(),
    functionArn: z.string(),
    approximateInvokeCount: z.int().nonnegative(),
  }),
  // Null where the function was never asked, or was asked too late.
  responseContext: z.looseObject({ executedVersion: z.string() }).nullish(),
  KafkaBatchInfo: z.looseObject({
    recordInfo: z.looseObject({ offset: z.string() }),
  }),
  payload: z.looseObject({}),
});

const REASONS: ReadonlyMap<string, DiscardReason> = new Map([
  ["RetriesExhausted", "retries_exhausted"],
  // What SQS, SNS and S3 are told; someone may have sent such a document on.
  ["RetryAttemptsExhausted", "retries_exhausted"],
  ["RecordAgeExceeded", "record_age_exceeded"],
  ["MaximumPayloadSizeExceeded", "maximum_payload_size_exceeded"],
]);

/**
 * Reads what an event source mapping with a Kafka destination writes of a record that it has given up
 * (event-source-mapping.md, 24) as a letter about that record; `undefined` where the value is no such document.
 */
export function readFailureDocument(
  value: Uint8Array,
): Decoded<StoredLetter> | undefined {
  const parsed = parseJson(value);
  if (!parsed.ok || !documentMark.safeParse(parsed.value).success)
    return undefined;
  const document = failureDocument.safeParse(parsed.value);
  if (!document.success) return describeIssue(document.error.issues[0]);
  const { requestContext, responseContext, KafkaBatchInfo, payload } =
    document.data;

  const records = decodeRecords(payload);
  if (typeof records === "string") return invalidSchema("/payload", records);
  const [record] = records;
  if (record === undefined || records.length > 1)
    return invalidSchema("/payload/records", "expected one record");
  if (KafkaBatchInfo.recordInfo.offset !== String(record.offset))
    return invalidSchema(
      "/KafkaBatchInfo/recordInfo/offset",
      "expected the offset of the record in the payload",
    );

  const { condition, functionArn, approximateInvokeCount } = requestContext;
  const { attempt, firstSeenAtMicros, origin } = readRedriveHistory(record);
  return {
    ok: true,
    value: {
      isReadable: true,
      record,
      reason: REASONS.get(condition) ?? "discarded",
      detail: `${condition} after ${approximateInvokeCount} invocations of ${functionArn}`,
      missingReferences: [],
      attempt,
      origin,
      firstSeenAtMicros,
      handlerVersion: responseContext?.executedVersion ?? "unknown",
    },
  };
}

/** The records of the event, or what is wrong with it. */
function decodeRecords(payload: unknown) {
  try {
    return decodeKafkaEvent(payload).records;
  } catch (error) {
    if (error instanceof PipelineError) return error.message;
    throw error;
  }
}

function describeIssue(issue: z.core.$ZodIssue | undefined) {
  return invalidSchema(
    `/${issue?.path.map(String).join("/") ?? ""}`,
    issue?.message ?? "expected an on-failure document",
  );
}
