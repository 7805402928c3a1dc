import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import {
  InMemorySpanExporter,
  type ReadableSpan,
  SimpleSpanProcessor,
  TracerProvider,
} from "@opentelemetry/sdk-trace";
import { afterEach, beforeEach } from "vitest";

/** Records spans in each test of the file; what is returned gives those that have ended, in the order of their ends. */
export function keepSpans(): () => readonly ReadableSpan[] {
  const exporter = new InMemorySpanExporter();
  beforeEach(() => {
    context.setGlobalContextManager(new AsyncLocalStorageContextManager());
    propagation.setGlobalPropagator(new W3CTraceContextPropagator());
    trace.setGlobalTracerProvider(
      new TracerProvider({
        spanProcessors: [new SimpleSpanProcessor({ exporter })],
      }),
    );
  });
  afterEach(() => {
    // Other test files of this process have no spans.
    trace.disable();
    propagation.disable();
    context.disable();
    exporter.reset();
  });
  return () => exporter.getFinishedSpans();
}
