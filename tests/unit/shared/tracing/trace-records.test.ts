import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { describe, expect, test } from "vitest";

import type { Outcome, RecordOutcome } from "#shared/domain/ledger.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";
import { redriveRecord } from "#shared/domain/redrive-record.ts";
import { PipelineError } from "#shared/errors.ts";
import { inSpan } from "#shared/tracing/spans.ts";
import { MOST_TRACED } from "#shared/tracing/trace-contexts.ts";
import { traceRecords } from "#shared/tracing/trace-records.ts";
import { makeRecord } from "#tests/support/rows/make-records.ts";
import { keepSpans } from "#tests/support/tracing/keep-spans.ts";
import {
  PRODUCER,
  traceHeaders,
} from "#tests/support/tracing/trace-headers.ts";

const spans = keepSpans();

const UNTRACED = makeRecord({ id: 1, partition: 3 });
const TRACED = { ...UNTRACED, offset: 42, headers: traceHeaders() };
const ACCEPTED: Outcome = { kind: "accepted", isLate: false };

const handled = (
  records: readonly KafkaRecord[],
  outcome: Outcome = ACCEPTED,
): RecordOutcome[] => records.map((position) => ({ position, outcome }));

/** Handles the records as an invocation does. */
function handle(
  records: readonly KafkaRecord[],
  work = () => Promise.resolve(handled(records)),
) {
  return inSpan("invocation", () => traceRecords(records, work));
}

test("a traced record has a span in its producer's trace, which links to the invocation's", async () => {
  const outcomes = await handle([UNTRACED, TRACED]);

  const [span, invocation, ...more] = spans();
  expect(outcomes).toHaveLength(2);
  expect(more).toEqual([]);
  expect(span).toMatchObject({
    name: "process stream-events",
    kind: SpanKind.CONSUMER,
    parentSpanContext: { ...PRODUCER, isRemote: true },
    links: [{ context: invocation?.spanContext() }],
    attributes: {
      "messaging.system.name": "kafka",
      "messaging.destination.name": "stream-events",
      "messaging.destination.partition.id": "3",
      "kafka.offset": 42,
      "streaming.outcome": "accepted",
    },
  });
  expect(span?.spanContext().traceId).toBe(PRODUCER.traceId);
});

test("the span ends after the commit", async () => {
  await handle([TRACED], async () => {
    await inSpan("commit", () => undefined);
    return handled([TRACED]);
  });

  expect(spans().map(({ name }) => name)).toEqual([
    "commit",
    "process stream-events",
    "invocation",
  ]);
});

test.for<[outcome: Outcome, attributes: Record<string, string>]>([
  [{ kind: "accepted", isLate: true }, { "streaming.outcome": "late" }],
  [{ kind: "duplicate" }, { "streaming.outcome": "duplicate" }],
  [
    { kind: "rejected", reason: "unknown_reference" },
    {
      "streaming.outcome": "rejected",
      "streaming.rejection.reason": "unknown_reference",
    },
  ],
])("it says what became of the record: %j", async ([outcome, attributes]) => {
  await handle([TRACED], () => Promise.resolve(handled([TRACED], outcome)));

  expect(spans()[0]).toMatchObject({
    attributes,
    status: { code: SpanStatusCode.UNSET },
  });
});

test("a transaction that fails is an error with its code, and the redelivered record has a second span", async () => {
  const error = new PipelineError("planted", {
    code: "postgres_unreachable",
    domain: "external",
  });

  await expect(handle([TRACED], () => Promise.reject(error))).rejects.toBe(
    error,
  );
  await handle([TRACED]);

  const [failed, second] = spans().filter(
    ({ name }) => name === "process stream-events",
  );
  expect(failed).toMatchObject({
    status: { code: SpanStatusCode.ERROR, message: "postgres_unreachable" },
    attributes: { "error.type": "postgres_unreachable" },
  });
  expect(failed?.attributes).not.toHaveProperty("streaming.outcome");
  expect(second?.attributes).toMatchObject({ "streaming.outcome": "accepted" });
  expect(second?.spanContext().traceId).toBe(failed?.spanContext().traceId);
});

test("a redriven record stays in its trace and says which attempt it is", async () => {
  const again = redriveRecord({
    record: TRACED,
    mendedValue: null,
    attempt: 1,
    firstSeenAtMicros: 1_768_500_000_000_000,
    origin: "stream-events-3-42",
  });

  await handle([{ ...TRACED, ...again }]);

  expect(spans()[0]?.attributes).toMatchObject({ "streaming.attempt": 2 });
  expect(spans()[0]?.parentSpanContext).toMatchObject(PRODUCER);
});

describe("no span is made", () => {
  test("of a record whose trace its producer has not recorded", async () => {
    await handle([{ ...TRACED, headers: traceHeaders({ isSampled: false }) }]);

    expect(spans().map(({ name }) => name)).toEqual(["invocation"]);
  });

  test("of one whose header is none", async () => {
    await handle([
      { ...TRACED, headers: [["traceparent", Buffer.from("00-1-2-01")]] },
    ]);

    expect(spans().map(({ name }) => name)).toEqual(["invocation"]);
  });

  test("outside of a traced invocation", async () => {
    await traceRecords([TRACED], () => Promise.resolve(handled([TRACED])));

    expect(spans()).toEqual([]);
  });

  test("beyond the most that are followed, whatever a sender claims", async () => {
    const records = Array.from({ length: MOST_TRACED + 5 }, (_, offset) => ({
      ...TRACED,
      offset,
    }));

    await handle(records);

    expect(spans()).toHaveLength(MOST_TRACED + 1);
  });
});
