import { DIMENSIONS, STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import type { DueLetter, RedrivePlan } from "#shared/ports/redrive-store.ts";

/**
 * What is to be done with a letter that is due. A play is sent again; a dimension's version is applied in its own place,
 * for old bytes at the end of a compacted topic would be the newest version for good.
 */
export function planRedrive(
  { attempt, record: { topic } }: Pick<DueLetter, "attempt" | "record">,
  attemptLimit: number,
): RedrivePlan {
  if (attempt >= attemptLimit) return "bury";
  if (topic === STREAM_EVENTS_TOPIC) return "send";
  return DIMENSIONS.some((dimension) => dimension === topic)
    ? "apply"
    : "leave";
}
