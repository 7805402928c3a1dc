import { encodeEvent } from "./encode-event.ts";
import { encodedRecordBytes, recordPrefix } from "./encode-record.ts";
import type { FetchedRecord } from "./encode-record.ts";
import {
  describeCluster,
  describeFailure,
  toIsoTime,
} from "./failure-context.ts";
import type { DocumentContext } from "./failure-context.ts";
import type { Failure } from "./on-failure-destination.ts";

const CONDITIONS = {
  retries_exhausted: "RetriesExhausted",
  record_age_exceeded: "RecordAgeExceeded",
  maximum_payload_size_exceeded: "MaximumPayloadSizeExceeded",
} satisfies Record<Failure["condition"], string>;

interface FailedRecord {
  readonly partition: number;
  readonly record: FetchedRecord;
  readonly failure: Failure;
}

/** The message that a Kafka destination gets for one failed record, as JSON in ASCII (event-source-mapping.md, 24). */
export function encodeFailedRecord(
  context: DocumentContext,
  failed: FailedRecord,
  nowMs: number,
): Buffer {
  const { record, failure, partition } = failed;
  const slice = {
    partition,
    records: [record],
    encodedBytes: encodedRecordBytes(
      recordPrefix(context.format.topic, partition),
      record,
    ),
  };
  const event = encodeEvent(context.format, [slice]);
  const outer = JSON.stringify({
    ...describeFailure(
      `${context.functionArn}:$LATEST`,
      CONDITIONS[failure.condition],
      failure,
      nowMs,
    ),
    KafkaBatchInfo: {
      batchSize: 1,
      ...describeCluster(context),
      payloadSize: event.byteLength,
      recordInfo: {
        offset: record.offset,
        timestamp: toIsoTime(record.timestamp),
      },
    },
  });
  // The event is JSON already: it takes the place of the closing brace, as the last property.
  return Buffer.concat([
    Buffer.from(`${outer.slice(0, -1)},"payload":`),
    event,
    Buffer.from("}"),
  ]);
}
