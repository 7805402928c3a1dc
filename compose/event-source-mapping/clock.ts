import { setTimeout as delay } from "node:timers/promises";

/** Time as the mapping sees it, so that a test of a back-off need not wait. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `durationMs`, or at once when the signal is aborted; never rejects. */
  delay(durationMs: number, signal: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: Date.now,
  delay: async (durationMs, signal) => {
    try {
      await delay(durationMs, undefined, { signal });
    } catch (error) {
      // An interrupted wait is what the signal asks for.
      if (!signal.aborted) throw error;
    }
  },
};
