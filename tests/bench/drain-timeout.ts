const SHORTEST_MS = 100_000;
/** A large backlog was never worked off at so low a rate, not beside other work either: what is slower hangs. */
const SLOWEST_PLAYS_PER_SECOND = 2000;

/** How long working off a backlog of so many plays may take before it is given up, in milliseconds. */
export function planDrainTimeout(playCount: number): number {
  return Math.max(
    SHORTEST_MS,
    Math.ceil((playCount / SLOWEST_PLAYS_PER_SECOND) * 1000),
  );
}
