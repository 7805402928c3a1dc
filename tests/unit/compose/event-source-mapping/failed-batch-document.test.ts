import { expect, test } from "vitest";
import type { EventSource } from "#compose/event-source-mapping/configuration.ts";
import { createEventFormat } from "#compose/event-source-mapping/encode-event.ts";
import {
  encodedRecordBytes,
  recordPrefix,
} from "#compose/event-source-mapping/encode-record.ts";
import { encodeFailedBatch } from "#compose/event-source-mapping/failed-batch-document.ts";
import type { Failure } from "#compose/event-source-mapping/on-failure-destination.ts";
import { encodeFailedRecord } from "#compose/event-source-mapping/on-failure-document.ts";
import { fetchedRecord } from "./fetched-records.ts";

const MSK_ARN = "arn:aws:kafka:us-east-1:123456789012:cluster/plays/0d7e-1";
const SELF_MANAGED: EventSource = {
  kind: "SelfManagedKafka",
  bootstrapServers: ["b-1:9092"],
};
const EXHAUSTED: Failure = {
  condition: "retries_exhausted",
  requestId: "request",
  response: { functionError: "Unhandled" },
  approximateInvokeCount: 2,
};

/** The document of one failed record for SQS, and for Kafka. */
function describe(failure: Failure, source: EventSource = SELF_MANAGED) {
  const bootstrapServers = ["b-1:9092", "b-2:9092"];
  const context = {
    functionArn: "arn:function",
    source,
    bootstrapServers,
    format: createEventFormat(source, bootstrapServers, "plays"),
  };
  const record = fetchedRecord(5, { timestamp: "99999999999999999" });
  const encodedBytes = encodedRecordBytes(recordPrefix("plays", 1), record);
  const slices = [{ partition: 1, records: [record], encodedBytes }];
  return {
    ofBatch: JSON.parse(
      encodeFailedBatch(context, { slices, failure }, 0, {
        withPayload: false,
      }),
    ),
    ofRecord: JSON.parse(
      encodeFailedRecord(
        context,
        { partition: 1, record, failure },
        0,
      ).toString(),
    ),
  };
}

test("23 and 24: spent retries have a name of their own in Kafka, and the function there a version", () => {
  const { ofBatch, ofRecord } = describe(EXHAUSTED);

  expect(ofBatch.requestContext).toMatchObject({
    condition: "RetryAttemptsExhausted",
    functionArn: "arn:function",
  });
  expect(ofRecord.requestContext).toMatchObject({
    condition: "RetriesExhausted",
    functionArn: "arn:function:$LATEST",
  });
});

test("24: the cluster's ARN is told for MSK only", () => {
  const ofMsk = describe(EXHAUSTED, {
    kind: "aws:kafka",
    eventSourceArn: MSK_ARN,
  });
  const others = describe(EXHAUSTED);

  for (const { KafkaBatchInfo } of Object.values(ofMsk))
    expect(KafkaBatchInfo).toMatchObject({
      eventSourceArn: MSK_ARN,
      bootstrapServers: "b-1:9092,b-2:9092",
    });
  for (const { KafkaBatchInfo } of Object.values(others))
    expect(KafkaBatchInfo).not.toHaveProperty("eventSourceArn");
});

test("25: a record that is too old has no response context", () => {
  const documents = describe({
    ...EXHAUSTED,
    condition: "record_age_exceeded",
    response: null,
  });

  for (const document of Object.values(documents)) {
    expect(document.requestContext.condition).toBe("RecordAgeExceeded");
    expect(document).not.toHaveProperty("responseContext");
  }
});

test("10: a record that no event can hold has a null one, and an id though nobody was invoked", () => {
  const documents = describe({
    condition: "maximum_payload_size_exceeded",
    requestId: null,
    response: null,
    approximateInvokeCount: 0,
  });

  for (const document of Object.values(documents)) {
    expect(document.requestContext).toStrictEqual({
      condition: "MaximumPayloadSizeExceeded",
      functionArn: expect.any(String),
      requestId: expect.stringMatching(/^[0-9a-f-]{36}$/),
      approximateInvokeCount: 0,
    });
    expect(document.responseContext).toBeNull();
  }
});

test("25: after a partial failure the function's error is null", () => {
  const documents = describe({
    ...EXHAUSTED,
    response: { functionError: null },
  });

  for (const { responseContext } of Object.values(documents))
    expect(responseContext).toStrictEqual({
      statusCode: 200,
      executedVersion: "$LATEST",
      functionError: null,
    });
});

test("25: offsets are strings, and a time that no calendar holds is told by its digits", () => {
  const { ofBatch, ofRecord } = describe(EXHAUSTED);

  expect(ofBatch.KafkaBatchInfo.recordsInfo).toStrictEqual({
    "plays-1": {
      firstRecordOffset: "5",
      lastRecordOffset: "5",
      firstRecordTimestamp: "99999999999999999",
      lastRecordTimestamp: "99999999999999999",
    },
  });
  expect(ofRecord.KafkaBatchInfo.recordInfo).toStrictEqual({
    offset: "5",
    timestamp: "99999999999999999",
  });
});
