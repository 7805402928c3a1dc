import { Counter, Histogram, Registry } from "prom-client";

import type {
  InvocationResult,
  Invoker,
} from "#compose/event-source-mapping/invoker.ts";

// Up to the functions' time-out of a minute.
const BUCKETS_SECONDS = [
  0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
];

/** The names under which they are measured. */
export const INVOCATION_METRICS = {
  durations: "streaming_invocation_duration_seconds",
  errors: "streaming_invocation_errors_total",
} as const;

/** Measures the invocations of every function, successful or not. */
export interface InvocationMeter {
  readonly registry: Registry;
  /** Returns the same invoker with every invocation measured. */
  measure<Measured extends Invoker>(invoker: Measured): Measured;
}

/** Returns a meter that has measured nothing yet. */
export function createInvocationMeter(): InvocationMeter {
  const registry = new Registry();
  const registers = [registry];
  const durations = new Histogram({
    name: INVOCATION_METRICS.durations,
    help: "How long invocations took, from the runner's side; those that LocalStack's own schedules begin are not seen",
    labelNames: ["function"],
    buckets: BUCKETS_SECONDS,
    registers,
  });
  const errors = new Counter({
    name: INVOCATION_METRICS.errors,
    help: "Invocations that failed: handled and unhandled are the function's own errors, throttled and service_error are not",
    labelNames: ["function", "kind"],
    registers,
  });
  return {
    registry,
    measure: (invoker) => ({
      ...invoker,
      invoke: async (functionName, payload) => {
        const stop = durations.startTimer({ function: functionName });
        let kind = "service_error";
        try {
          const result = await invoker.invoke(functionName, payload);
          kind = describeKind(result);
          return result;
        } finally {
          stop();
          if (kind !== "success") errors.inc({ function: functionName, kind });
        }
      },
    }),
  };
}

function describeKind(result: InvocationResult): string {
  return result.kind === "function_error"
    ? result.functionError.toLowerCase()
    : result.kind;
}
