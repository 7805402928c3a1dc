import type {
  InvocationLogger,
  InvocationSummary,
} from "#shared/lambda/log-invocation.ts";

/**
 * Work whose failure must not bring the micro-batch again: it is committed already, and the closer's schedule
 * repeats this work and reports a lasting failure as its own.
 */
export const reportFailure =
  <Arguments extends readonly unknown[]>(
    work: (...given: Arguments) => Promise<InvocationSummary>,
    logger: InvocationLogger,
  ) =>
  async (...given: Arguments): Promise<InvocationSummary> => {
    try {
      return await work(...given);
    } catch (error) {
      logger.error(
        "closing failed; the schedule of close-windows repeats it",
        error instanceof Error ? error : String(error),
      );
      return { failed: true };
    }
  };
