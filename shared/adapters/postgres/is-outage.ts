import { DatabaseError } from "pg";

import { PipelineError } from "#shared/errors.ts";

/** Connection lost, too many connections or no memory, being started or stopped, and out of time. */
const OUTAGE = /^(08|53|57)|^25P04$/;

/** Whether Postgres is away or has no time, so that the same statement may succeed later; any other failure is a fault. */
export function isOutage(error: unknown): boolean {
  if (!(error instanceof PipelineError)) return false;
  if (error.code === "postgres_unreachable") return true;
  return (
    error.cause instanceof DatabaseError && OUTAGE.test(error.cause.code ?? "")
  );
}
