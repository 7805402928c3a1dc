import type { ClassifiedWaits, LockWait } from "./classify-waits.ts";

/** How long the closer may keep a micro-batch, or be kept by one, milliseconds. */
const LONGEST_CUT_MS = 500;
/** How long an invocation may be kept by one that adds pages to a file, milliseconds; they share files whatever is done. */
const LONGEST_GROWTH_MS = 100;
/** Fewer samples than this say nothing about what they did not see. */
const LEAST_SAMPLES = 50;

/** Lists what speaks against scaling out, in words; empty where nothing does. */
export function listFaults({
  samples,
  between_invocations: between,
  file_growth: growth,
  closer,
}: ClassifiedWaits): string[] {
  return [
    ...(samples < LEAST_SAMPLES
      ? [
          `only ${samples} samples were taken, expected at least ${LEAST_SAMPLES}; take more --plays`,
        ]
      : []),
    ...(between.count > 0
      ? [
          `${between.count} times an invocation waited for another one, expected none; ${describeLongest(between.longest)}`,
        ]
      : []),
    ...(growth.longest_ms >= LONGEST_GROWTH_MS
      ? [
          `an invocation waited ${growth.longest_ms} ms for a file to grow, expected less than ${LONGEST_GROWTH_MS}; ${describeLongest(growth.longest)}`,
        ]
      : []),
    ...(closer.longest_ms >= LONGEST_CUT_MS
      ? [
          `the closer's cut took ${closer.longest_ms} ms, expected less than ${LONGEST_CUT_MS}; ${describeLongest(closer.longest)}`,
        ]
      : []),
  ];
}

function describeLongest([longest]: readonly LockWait[]): string {
  if (longest === undefined) return "";
  const { waited_ms: waited, event, statement, blocking_statements } = longest;
  return `the longest ${waited} ms (${event}) with "${statement}" behind "${blocking_statements.join('" and "')}"`;
}
