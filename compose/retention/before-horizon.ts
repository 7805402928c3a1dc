import { PipelineError } from "#shared/errors.ts";

/**
 * Returns the refusal of work on what lies before the retention horizon.
 *
 * @param problem what was asked for, without its full stop
 * @param nextStep whole sentences
 */
export function beforeHorizon(
  horizonMs: number,
  problem: string,
  nextStep: string,
): PipelineError {
  return new PipelineError(
    `${problem}. The retention horizon is ${formatTime(horizonMs)}: what lies before it has been given up. ${nextStep}`,
    { code: "before_retention_horizon", domain: "user" },
  );
}

/** A time as people write it: RFC 3339 in UTC, with a fraction where it has one. */
export function formatTime(timestampMs: number): string {
  return new Date(timestampMs).toISOString().replace(".000Z", "Z");
}
