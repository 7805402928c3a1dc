import { setTimeout as delay } from "node:timers/promises";

/** Time as the mapping sees it, so that a test of a back-off need not wait. */
export interface Clock {
  /** Milliseconds since the epoch; may be put forward or back at any moment. */
  now(): number;
  /** Milliseconds since some moment; nobody puts it, so that it measures how long something takes. */
  elapsed(): number;
  /** Resolves after `durationMs`, or at once when the signal is aborted; never rejects. */
  delay(durationMs: number, signal: AbortSignal): Promise<void>;
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: Date.now,
  elapsed: () => performance.now(),
  delay: async (durationMs, signal) => {
    try {
      await delay(durationMs, undefined, { signal });
    } catch (error) {
      // An interrupted wait is what the signal asks for.
      if (!signal.aborted) throw error;
    }
  },
};
