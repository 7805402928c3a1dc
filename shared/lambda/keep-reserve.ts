/** What a handler reads of Lambda's context. */
export interface InvocationTime {
  getRemainingTimeInMillis(): number;
}

/** Whether there is time to begin another piece of work. */
export type HasTime = () => boolean;

/**
 * Allows work to begin until a quarter of the invocation's time is left: what was begun then has time to end. A share
 * and not a number, so that a function with a shorter time-out begins something too.
 */
export function keepReserve(time: InvocationTime): HasTime {
  const reserveMs = time.getRemainingTimeInMillis() / 4;
  return () => time.getRemainingTimeInMillis() > reserveMs;
}
