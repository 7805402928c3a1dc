import { setImmediate } from "node:timers/promises";

import { default as middy } from "@middy/core";
import { SpanKind, SpanStatusCode } from "@opentelemetry/api";
import { afterEach, describe, expect, test, vi } from "vitest";

import { PipelineError } from "#shared/errors.ts";
import { decodeRecords } from "#shared/lambda/decode-records.ts";
import { logInvocation } from "#shared/lambda/log-invocation.ts";
import {
  createTracingMode,
  traceInvocations,
} from "#shared/lambda/trace-invocations.ts";
import { inSpan } from "#shared/tracing/spans.ts";
import { collectLog } from "#tests/support/collect-log.ts";
import { keepSpans } from "#tests/support/tracing/keep-spans.ts";
import {
  PRODUCER,
  traceHeaders,
} from "#tests/support/tracing/trace-headers.ts";

const spans = keepSpans();

const recordAt = (offset: number, isSampled: boolean) => ({
  topic: "stream-events",
  partition: 0,
  offset,
  timestamp: 0,
  value: Buffer.from("planted").toString("base64"),
  headers: traceHeaders({
    traceId: String(offset + 1).padStart(32, "0"),
    isSampled,
  }).map(([name, bytes]) => ({ [name]: [...bytes] })),
});
const eventOf = (count: number, isSampled = true) => ({
  eventSource: "aws:kafka",
  records: {
    "stream-events-0": Array.from({ length: count }, (_, offset) =>
      recordAt(offset, isSampled),
    ),
  },
});

/** Invokes a traced handler of this function; gives its answer, what it wrote, and each flush with the spans ended before. */
async function invoke(
  use: (event: unknown) => unknown,
  {
    event = eventOf(2),
    remainingMs = 60_000,
  }: { readonly event?: unknown; readonly remainingMs?: number } = {},
) {
  const log = collectLog();
  const flushes: { limitMs: number; ended: number }[] = [];
  const executionMode = createTracingMode("aggregate-micro-batch", {
    started: Promise.resolve(),
    flush: async (limitMs) => {
      // As sending does, this takes a while.
      await setImmediate();
      flushes.push({ limitMs, ended: spans().length });
    },
  });
  const handler = middy(async (given: unknown) => use(given), {
    executionMode,
  });
  if (typeof event === "object" && event !== null && "eventSource" in event)
    handler.use(decodeRecords());
  handler.use(logInvocation(log));
  const context = {
    awsRequestId: "request-1",
    getRemainingTimeInMillis: () => remainingMs,
  };
  const call: () => Promise<unknown> = async () =>
    await Reflect.apply(handler, undefined, [event, context]);
  const [settled] = await Promise.allSettled([call()]);
  return { settled, flushes, lines: log.lines };
}

const findInvocation = () => spans().at(-1);

describe("an invocation", () => {
  test("has one span with the numbers of its line in the log, and the work within it as children", async () => {
    const { settled } = await invoke(() =>
      inSpan("transaction", () => ({
        summary: {
          accepted: 2,
          rejected: { unknown_reference: 1 },
          closing: { isClosing: true },
          note: "planted",
        },
      })),
    );

    expect(settled).toMatchObject({ status: "fulfilled" });
    const [decoding, transaction, invocation, ...more] = spans();
    expect(more).toEqual([]);
    expect(invocation).toMatchObject({
      name: "process stream-events",
      kind: SpanKind.CONSUMER,
      status: { code: SpanStatusCode.UNSET },
      attributes: {
        "faas.name": "aggregate-micro-batch",
        "faas.invocation.id": "request-1",
        "messaging.batch.message_count": 2,
        "streaming.partitions": ["stream-events-0:0-1"],
        "streaming.accepted": 2,
        "streaming.rejected.unknown_reference": 1,
        "streaming.closing.isClosing": true,
      },
    });
    expect(decoding?.name).toBe("decode event");
    for (const child of [decoding, transaction])
      expect(child?.parentSpanContext).toEqual(invocation?.spanContext());
    expect(
      JSON.stringify(spans().map(({ attributes }) => attributes)),
    ).not.toContain("planted");
  });

  test("links to the traces of its records, to a bounded number of them", async () => {
    await invoke(() => ({}), { event: eventOf(200) });

    const { links = [], droppedLinksCount } = findInvocation() ?? {};
    expect([links.length, droppedLinksCount]).toEqual([128, 0]);
    expect(links[1]?.context).toMatchObject({
      traceId: "2".padStart(32, "0"),
      spanId: PRODUCER.spanId,
    });
  });

  test("is named in its line in the log by its trace, whether it succeeds or fails", async () => {
    for (const use of [
      () => ({}),
      () => {
        throw new Error("planted");
      },
    ]) {
      const { lines } = await invoke(use);

      expect(lines).toMatchObject([
        [
          expect.any(String),
          expect.any(String),
          { trace_id: findInvocation()?.spanContext().traceId },
        ],
      ]);
    }
  });

  test("does not link to a trace that nobody records", async () => {
    await invoke(() => ({}), { event: eventOf(2, false) });

    expect(findInvocation()?.links).toEqual([]);
  });

  test("of a schedule has the function's name", async () => {
    await invoke(() => ({ summary: { merged: 3 } }), {
      event: { "detail-type": "Scheduled Event" },
    });

    expect(findInvocation()).toMatchObject({
      name: "aggregate-micro-batch",
      kind: SpanKind.SERVER,
      links: [],
      attributes: { "streaming.merged": 3 },
    });
  });

  test("that fails is an error with its code, and still fails with the same error", async () => {
    const error = new PipelineError("user 7 is planted", {
      code: "postgres_unreachable",
      domain: "external",
    });

    const { settled, lines } = await invoke(() => {
      throw error;
    });

    expect(settled).toEqual({ status: "rejected", reason: error });
    expect(findInvocation()).toMatchObject({
      status: { code: SpanStatusCode.ERROR, message: "postgres_unreachable" },
      events: [],
    });
    expect(lines).toMatchObject([["error", "invocation failed", {}]]);
  });

  test("whose event cannot be decoded is an error, too", async () => {
    await invoke(() => ({}), { event: { eventSource: "aws:kafka" } });

    expect(findInvocation()).toMatchObject({
      name: "aggregate-micro-batch",
      attributes: { "error.type": "invalid_kafka_event" },
    });
  });
});

describe("spans are sent before the answer is given", () => {
  test.for([
    ["all of them", () => ({})],
    [
      "also those of a failure",
      () => {
        throw new Error("planted");
      },
    ],
  ] as const)("%s", async ([, use]) => {
    const { flushes } = await invoke(use);

    expect(flushes).toEqual([{ limitMs: 500, ended: 2 }]);
  });

  test("in half of the time that is left at most, for what was committed must not come again", async () => {
    const { flushes } = await invoke(() => ({}), { remainingMs: 300 });

    expect(flushes).toMatchObject([{ limitMs: 150 }]);
  });
});

describe("without a collector", () => {
  afterEach(() => {
    vi.unstubAllEnvs();
  });

  test("nothing is put around an invocation", () => {
    vi.stubEnv("STREAMING_TRACES_ENDPOINT", "");

    expect(traceInvocations("aggregate-micro-batch")).toEqual({});
  });
});
