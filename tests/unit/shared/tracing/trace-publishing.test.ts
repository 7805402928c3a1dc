import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { expect, test } from "vitest";

import { PipelineError } from "#shared/errors.ts";
import type { OutgoingRecord } from "#shared/ports/record-publisher.ts";
import { inSpan } from "#shared/tracing/spans.ts";
import { MOST_TRACED } from "#shared/tracing/trace-contexts.ts";
import {
  type TraceChoice,
  tracePublishing,
} from "#shared/tracing/trace-publishing.ts";
import { keepSpans } from "#tests/support/tracing/keep-spans.ts";
import {
  PRODUCER,
  traceHeaders,
} from "#tests/support/tracing/trace-headers.ts";

const spans = keepSpans();

const PLAY: OutgoingRecord = { key: "planted", value: "planted" };
const MARK = ["mark", Buffer.from("1")] as const;

/** Publishes within a traced invocation; gives what Kafka would have got. */
async function publish(
  records: readonly OutgoingRecord[],
  choice: TraceChoice,
  send: () => Promise<void> = () => Promise.resolve(),
): Promise<readonly OutgoingRecord[]> {
  let published: readonly OutgoingRecord[] = [];
  await inSpan("invocation", () =>
    tracePublishing("stream-events", records, choice, (outgoing) => {
      published = outgoing;
      return send();
    }),
  );
  return published;
}

const readTraceparent = ({ headers = [] }: OutgoingRecord) =>
  headers
    .filter(([name]) => name === "traceparent")
    .map(([, value]) => Buffer.from(value).toString());

test("a sampled record begins a trace of its own, and carries it in its headers", async () => {
  const [record] = await publish([{ ...PLAY, headers: [MARK] }], { share: 1 });

  const [sent, publishing, invocation] = spans();
  const { traceId = "", spanId = "" } = sent?.spanContext() ?? {};
  expect(record).toMatchObject(PLAY);
  expect(record?.headers?.[0]).toBe(MARK);
  expect(record && readTraceparent(record)).toEqual([
    `00-${traceId}-${spanId}-01`,
  ]);
  expect(sent).toMatchObject({
    name: "send stream-events",
    kind: SpanKind.PRODUCER,
    links: [{ context: publishing?.spanContext() }],
  });
  expect(sent?.parentSpanContext).toBeUndefined();
  expect(publishing).toMatchObject({
    name: "send stream-events",
    kind: SpanKind.CLIENT,
    parentSpanContext: invocation?.spanContext(),
    attributes: { "messaging.batch.message_count": 1 },
  });
  expect(
    JSON.stringify(spans().map(({ attributes }) => attributes)),
  ).not.toContain("planted");
});

test("the share decides how many do, and the others go out as they are", async () => {
  const draws = [0.3, 0.1, 0.2, 0.19];
  const records = draws.map(() => ({ ...PLAY }));

  const published = await publish(records, {
    share: 0.2,
    random: () => draws.shift() ?? 1,
  });

  expect(published.map((record) => readTraceparent(record).length)).toEqual([
    0, 1, 0, 1,
  ]);
  expect(published[0]).toBe(records[0]);
});

test("a record that has a trace keeps it and gets a span in it, whatever the share", async () => {
  for (const share of [0, 1]) {
    const record = { ...PLAY, headers: traceHeaders() };

    const [published] = await publish([record], { share });

    expect(published?.headers).toEqual(traceHeaders());
  }
  const followed = spans().filter(({ kind }) => kind === SpanKind.PRODUCER);
  expect(followed).toHaveLength(2);
  expect(followed[0]?.parentSpanContext).toMatchObject(PRODUCER);
});

test("a producer's decision against a trace stands", async () => {
  const headers = traceHeaders({ isSampled: false });

  const [published] = await publish([{ ...PLAY, headers }], { share: 1 });

  expect(published?.headers).toEqual(headers);
  expect(spans().some(({ kind }) => kind === SpanKind.PRODUCER)).toBe(false);
});

test("no more traces begin at once than are followed", async () => {
  const published = await publish(
    Array.from({ length: MOST_TRACED + 5 }, () => PLAY),
    { share: 1 },
  );

  expect(
    published.filter((record) => readTraceparent(record).length > 0),
  ).toHaveLength(MOST_TRACED);
});

test("records that Kafka did not take are errors in their traces, too", async () => {
  const error = new PipelineError("planted", {
    code: "kafka_failed",
    domain: "external",
  });

  const publishing = publish([PLAY], { share: 1 }, () => Promise.reject(error));

  await expect(publishing).rejects.toBe(error);
  expect(spans().map(({ status }) => status)).toEqual(
    Array.from({ length: 3 }, () => ({
      code: SpanStatusCode.ERROR,
      message: "kafka_failed",
    })),
  );
});

test("outside of a traced invocation nothing is added", async () => {
  const records = [PLAY];

  await tracePublishing("stream-events", records, { share: 1 }, (outgoing) => {
    expect(outgoing).toBe(records);
    return Promise.resolve();
  });

  expect(spans()).toEqual([]);
});
