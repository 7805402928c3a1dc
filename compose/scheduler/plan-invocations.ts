/** One invocation does at most this much of event time, so that catching up keeps its memory and time bounded. */
export const LONGEST_CATCH_UP_MS = 60_000;

/** A stretch of event time that one invocation is asked for, `[fromMs, toMs)`. */
export interface Stretch {
  readonly fromMs: number;
  readonly toMs: number;
}

/** Returns the newest whole multiple of the period that is not after `nowMs`. */
export function alignToPeriod(nowMs: number, periodMs: number): number {
  return Math.floor(nowMs / periodMs) * periodMs;
}

/**
 * Returns what the next invocation has to do when everything before `doneUntilMs` has been done, or undefined while
 * no tick is due: as many whole periods as are missing, but no more than a minute's worth (or one period, if that
 * is longer), the oldest first.
 */
export function planInvocation(
  doneUntilMs: number,
  nowMs: number,
  periodMs: number,
): Stretch | undefined {
  const dueMs = alignToPeriod(nowMs, periodMs);
  if (dueMs <= doneUntilMs) return undefined;
  const longestMs = Math.max(
    periodMs,
    alignToPeriod(LONGEST_CATCH_UP_MS, periodMs),
  );
  return {
    fromMs: doneUntilMs,
    toMs: Math.min(dueMs, doneUntilMs + longestMs),
  };
}
