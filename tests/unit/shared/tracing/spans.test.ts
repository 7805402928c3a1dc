import { SpanStatusCode } from "@opentelemetry/api";
import * as conventions from "@opentelemetry/semantic-conventions/incubating";
import { expect, test } from "vitest";

import { PipelineError } from "#shared/errors.ts";
import { ATTRIBUTES } from "#shared/tracing/attributes.ts";
import { findRecordingSpan, inSpan } from "#shared/tracing/spans.ts";
import { keepSpans } from "#tests/support/tracing/keep-spans.ts";

const spans = keepSpans();

test("work within work is a child", async () => {
  const result = await inSpan("outer", () =>
    inSpan("inner", () => Promise.resolve(7)),
  );

  const [inner, outer] = spans();
  expect(result).toBe(7);
  expect([inner?.name, outer?.name]).toEqual(["inner", "outer"]);
  expect(inner?.parentSpanContext).toEqual(outer?.spanContext());
  expect(outer?.status.code).toBe(SpanStatusCode.UNSET);
});

test.for<[what: string, error: unknown, code: string]>([
  [
    "ours",
    new PipelineError("user 7 is planted", {
      code: "postgres_unreachable",
      domain: "external",
    }),
    "postgres_unreachable",
  ],
  ["Node's", Object.assign(new Error("planted"), { code: "EPIPE" }), "EPIPE"],
  ["one without a code", new TypeError("planted"), "TypeError"],
  [
    "one whose code is a sentence",
    Object.assign(new Error("planted"), { code: "user 7 is planted" }),
    "Error",
  ],
  ["no error", "planted", "string"],
])(
  "%s marks the span by its code alone, and goes on",
  async ([, error, code]) => {
    const work = inSpan("work", () => {
      throw error;
    });

    await expect(work).rejects.toBe(error);
    const [span] = spans();
    expect(span).toMatchObject({
      status: { code: SpanStatusCode.ERROR, message: code },
      attributes: { "error.type": code },
      events: [],
    });
    expect(JSON.stringify([span?.attributes, span?.status])).not.toContain(
      "planted",
    );
  },
);

test("outside of a span nothing is recorded", async () => {
  expect(findRecordingSpan()).toBeUndefined();
  await inSpan("work", () => {
    expect(findRecordingSpan()).toBeDefined();
  });
});

test("attributes have the names of the semantic conventions", () => {
  const known = new Set<unknown>(Object.values(conventions));

  expect(Object.values(ATTRIBUTES).filter((name) => !known.has(name))).toEqual(
    [],
  );
  expect(known.has("messaging.system.nome")).toBe(false);
});
