import type { Status } from "./read-status.ts";

// Long enough that a burst every second does not show as a wave, short enough to see a change.
const RATE_SPAN_MS = 10_000;

/** Handled plays per second over the last readings; undefined at the first one. */
export interface RateMeter {
  measure(status: Status): number | undefined;
}

/** Returns a meter that looks back ten seconds. */
export function createRateMeter(): RateMeter {
  const samples: { readonly atMs: number; readonly handled: number }[] = [];
  return {
    measure: ({ readAt, plays }) => {
      const atMs = Date.parse(readAt);
      samples.push({ atMs, handled: plays.handled });
      // The oldest sample that is kept is the newest one which is old enough.
      while (samples[1] !== undefined && samples[1].atMs <= atMs - RATE_SPAN_MS)
        samples.shift();
      const [oldest] = samples;
      if (oldest === undefined || oldest.atMs >= atMs) return undefined;
      return ((plays.handled - oldest.handled) / (atMs - oldest.atMs)) * 1000;
    },
  };
}
