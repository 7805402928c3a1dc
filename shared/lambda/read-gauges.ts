import { setTimeout as delay } from "node:timers/promises";

import type { Metric } from "./metric.ts";

/** Reads what can only be measured now, whether or not the invocation succeeded. */
export type Gauge = () => Promise<readonly Metric[]>;

/** What was read in time, and what is wrong with the rest. */
export interface GaugeReading {
  readonly metrics: readonly Metric[];
  readonly faults: readonly string[];
}

/**
 * Returns a reader of gauges, one after the other for so many milliseconds at most; it never rejects. What is still
 * being read then goes on, and is not read a second time meanwhile: connections take one reading at a time.
 */
export function createGaugeReader(
  gauges: readonly Gauge[],
): (limitMs: number) => Promise<GaugeReading> {
  let isReading = false;
  return async (limitMs) => {
    if (isReading)
      return { metrics: [], faults: ["gauges are still being read"] };
    const metrics: Metric[] = [];
    const faults: string[] = [];
    const over = new AbortController();
    const readAll = async (): Promise<true> => {
      isReading = true;
      for (const read of gauges) {
        if (over.signal.aborted) break;
        try {
          metrics.push(...(await read()));
        } catch (error) {
          faults.push(error instanceof Error ? error.message : String(error));
        }
      }
      isReading = false;
      return true;
    };
    const isInTime = await Promise.race([
      readAll(),
      delay(limitMs, false, { signal: over.signal }).catch(() => false),
    ]);
    over.abort();
    if (!isInTime) faults.push(`gauges were not read within ${limitMs} ms`);
    // Copies: what comes too late is nobody's.
    return { metrics: [...metrics], faults: [...faults] };
  };
}
