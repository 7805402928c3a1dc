import type { Logger } from "@aws-lambda-powertools/logger";

export interface TracingOptions {
  /** Address of an OTLP/HTTP collector, with or without `/v1/traces`. */
  readonly endpoint: string;
  readonly functionName: string;
  readonly logger: Pick<Logger, "info" | "warn">;
}

/** The recording of spans, in this process or thread. */
export interface Tracing {
  /** Resolves once spans are recorded; where that cannot be, the log says so and work goes on without. */
  readonly started: Promise<void>;
  /** Sends the spans that have ended, for so long at most; never throws. */
  flush(limitMs: number): Promise<void>;
}

/** Loads and starts the SDK, which takes some tenths of a second: nobody loads it where traces are off. */
export function startTracing(options: TracingOptions): Tracing {
  const starting = import("./sdk/start-sdk.ts")
    .then(({ startSdk }) => startSdk(options))
    .catch((error: unknown) => {
      options.logger.warn("traces stay off: the SDK cannot be started", {
        error,
      });
      return () => Promise.resolve();
    });
  return {
    started: starting.then(() => undefined),
    async flush(limitMs) {
      const { promise: limit, resolve } = Promise.withResolvers<void>();
      const timer = setTimeout(resolve, limitMs);
      const flushing = starting
        .then((flushAll) => flushAll())
        // Whatever it is, it must not fail the work that is done.
        .catch(() => undefined);
      await Promise.race([flushing, limit]);
      clearTimeout(timer);
    },
  };
}
