const SHORTEST_MS = 200;
/** Whoever watches is told that it is over so much late at most. */
const LONGEST_MS = 5000;

/**
 * Decides how long to wait until the next look at a backlog: half of what is left at the pace since the last look, so that
 * watching costs next to nothing while much is left (a look is six requests a topic and a transaction), from 200 ms to 5 s.
 *
 * @returns a function to be called at each look with the time in milliseconds and the records that are left, which returns
 *   milliseconds
 */
export function pacePolls(): (nowMs: number, left: number) => number {
  let last: { readonly nowMs: number; readonly left: number } | undefined;
  return (nowMs, left) => {
    const before = last;
    last = { nowMs, left };
    if (before === undefined || left === 0) return SHORTEST_MS;
    const done = before.left - left;
    if (done <= 0) return SHORTEST_MS;
    const restMs = (left / done) * (nowMs - before.nowMs);
    return Math.min(LONGEST_MS, Math.max(SHORTEST_MS, restMs / 2));
  };
}
