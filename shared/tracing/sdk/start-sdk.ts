import { context, propagation, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { W3CTraceContextPropagator } from "@opentelemetry/core";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-http";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";

import { VERSION } from "#shared/version.ts";

import { ATTRIBUTES } from "../attributes.ts";
import type { TracingOptions } from "../start-tracing.ts";
import { MOST_TRACED } from "../trace-contexts.ts";
import { boundExporter } from "./bound-exporter.ts";

/** Many times what a collector in the same network takes. */
const EXPORT_LIMIT_MS = 500;
const PAUSE_MS = 30_000;
const PATH = "v1/traces";

/** Starts the SDK for this process or thread; what is returned sends every span that has ended, and never throws. */
export function startSdk({
  endpoint,
  functionName,
  logger,
}: TracingOptions): () => Promise<void> {
  const { origin } = new URL(endpoint);
  const exporter = boundExporter(
    new OTLPTraceExporter({
      url: endpoint.endsWith(PATH)
        ? endpoint
        : `${endpoint.replace(/\/?$/, "/")}${PATH}`,
      timeoutMillis: EXPORT_LIMIT_MS,
      // Between two invocations Lambda freezes the process, and connections die unheard.
      keepAlive: false,
    }),
    {
      limitMs: EXPORT_LIMIT_MS,
      pauseMs: PAUSE_MS,
      now: () => performance.now(),
      onFailing: (error) => {
        logger.warn(
          `no traces are sent: ${describe(error)}. Work goes on without; it is tried again every ${PAUSE_MS / 1000} s. Check that an OTLP/HTTP collector listens at STREAMING_TRACES_ENDPOINT.`,
          { endpoint: origin },
        );
      },
      onRecovered: () => {
        logger.info("traces are sent again", { endpoint: origin });
      },
    },
  );
  const processor = new BatchSpanProcessor({
    exporter,
    // A span per record that is followed, and as many again for everything else.
    maxQueueSize: 2 * MOST_TRACED,
    exportTimeoutMillis: 2 * EXPORT_LIMIT_MS,
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager());
  propagation.setGlobalPropagator(new W3CTraceContextPropagator());
  trace.setGlobalTracerProvider(
    new TracerProvider({
      resource: resourceFromAttributes({
        "service.namespace": "music-streaming",
        "service.name": functionName,
        "service.version": VERSION,
        [ATTRIBUTES.functionName]: functionName,
      }),
      spanProcessors: [processor],
    }),
  );
  return async () => {
    // A failure is told by the exporter; what its timer has sent the processor does not wait for.
    await processor.forceFlush().catch(() => undefined);
    await exporter.forceFlush?.();
  };
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : "the collector refused them";
}
