import { countRecords } from "./divide-slices.ts";
import { encodeEvent, eventBytes } from "./encode-event.ts";
import type { PartitionSlice } from "./encode-event.ts";
import {
  describeCluster,
  describeFailure,
  toIsoTime,
} from "./failure-context.ts";
import type { DocumentContext } from "./failure-context.ts";
import type { FailedBatch, Failure } from "./on-failure-destination.ts";

const CONDITIONS = {
  retries_exhausted: "RetryAttemptsExhausted",
  record_age_exceeded: "RecordAgeExceeded",
  maximum_payload_size_exceeded: "MaximumPayloadSizeExceeded",
} satisfies Record<Failure["condition"], string>;

/** The one document of a failed batch for SQS, SNS or S3, as JSON; only S3 gets the records (event-source-mapping.md, 23). */
export function encodeFailedBatch(
  context: DocumentContext,
  { slices, failure }: FailedBatch,
  nowMs: number,
  { withPayload }: { readonly withPayload: boolean },
): string {
  const { format, functionArn } = context;
  return JSON.stringify({
    ...describeFailure(
      functionArn,
      CONDITIONS[failure.condition],
      failure,
      nowMs,
    ),
    KafkaBatchInfo: {
      batchSize: countRecords(slices),
      ...describeCluster(context),
      payloadSize: eventBytes(format, slices),
      recordsInfo: Object.fromEntries(
        slices.map((slice) => [
          `${format.topic}-${slice.partition}`,
          describeSlice(slice),
        ]),
      ),
    },
    ...(withPayload
      ? { payload: Buffer.from(encodeEvent(format, slices)).toString("latin1") }
      : {}),
  });
}

function describeSlice({ records }: PartitionSlice) {
  const [first] = records;
  const last = records.at(-1);
  if (first === undefined || last === undefined)
    throw new Error("A failed batch has a partition without records.");
  return {
    firstRecordOffset: first.offset,
    lastRecordOffset: last.offset,
    firstRecordTimestamp: toIsoTime(first.timestamp),
    lastRecordTimestamp: toIsoTime(last.timestamp),
  };
}
