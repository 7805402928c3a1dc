import type { InvocationLogger } from "#shared/lambda/log-invocation.ts";

/** A logger that keeps its lines: level, message, and what was logged with it. */
export function collectLog(): {
  readonly logger: InvocationLogger;
  readonly lines: readonly unknown[][];
} {
  const lines: unknown[][] = [];
  return {
    lines,
    logger: {
      info: (...line) => {
        lines.push(["info", ...line]);
      },
      error: (...line) => {
        lines.push(["error", ...line]);
      },
    },
  };
}
