import {
  type Span,
  type SpanOptions,
  SpanStatusCode,
  trace,
  type Tracer,
} from "@opentelemetry/api";

import { VERSION } from "#shared/version.ts";

import { ATTRIBUTES } from "./attributes.ts";

/** A code, never a sentence. */
const CODE = /^[\w.-]{1,64}$/;

/** The tracer of this project; its spans are nothing where nobody has started the SDK. */
export function findTracer(): Tracer {
  return trace.getTracer("music-streaming", VERSION);
}

/** The span within which this is called, where it is recorded: undefined while traces are off. */
export function findRecordingSpan(): Span | undefined {
  const span = trace.getActiveSpan();
  return span?.isRecording() === true ? span : undefined;
}

/** Runs work in a span of its own, a child of the one within which this is called; an error marks it and goes on. */
export async function inSpan<Result>(
  name: string,
  work: (span: Span) => Result | Promise<Result>,
  options: SpanOptions = {},
): Promise<Result> {
  return findTracer().startActiveSpan(name, options, async (span) => {
    try {
      return await work(span);
    } catch (error) {
      markFailed(span, error);
      throw error;
    } finally {
      span.end();
    }
  });
}

/** Marks a span by the error's code, or its name: a message may quote what nobody else is to see. */
export function markFailed(span: Span, error: unknown): void {
  const code = findCode(error);
  span.setAttribute(ATTRIBUTES.errorType, code);
  span.setStatus({ code: SpanStatusCode.ERROR, message: code });
}

function findCode(error: unknown): string {
  if (!(error instanceof Error)) return typeof error;
  const code = "code" in error ? error.code : undefined;
  return typeof code === "string" && CODE.test(code) ? code : error.name;
}
