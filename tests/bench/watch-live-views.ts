import { setTimeout as delay } from "node:timers/promises";

import { Client } from "pg";

export interface LiveViewWatch {
  /** Ends it; the longest query of each view, in milliseconds. */
  stop(): Promise<Readonly<Record<string, number>>>;
}

const VIEWS = [
  "user_engagement",
  "content_performance",
  "device",
  "location",
  "hourly",
];
const INTERVAL_MS = 1000;

/** Reads, once a second, what each live view says of the newest windows, as a dashboard does. */
export async function watchLiveViews(
  databaseUrl: string,
): Promise<LiveViewWatch> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const stopping = new AbortController();
  const longestMs = Object.fromEntries(VIEWS.map((view) => [view, 0]));
  const watch = async () => {
    while (!stopping.signal.aborted) {
      for (const view of VIEWS) {
        const startMs = performance.now();
        await client.query(`select * from ${view}_live where not is_final`);
        const tookMs = Math.round(performance.now() - startMs);
        longestMs[view] = Math.max(longestMs[view] ?? 0, tookMs);
      }
      await delay(INTERVAL_MS, undefined, { signal: stopping.signal }).catch(
        () => undefined,
      );
    }
  };
  const watching = watch();
  return {
    stop: async () => {
      stopping.abort();
      await watching;
      await client.end();
      return longestMs;
    },
  };
}

/** Names the views whose longest query took this long or longer. */
export function listSlowViews(
  longestMs: Readonly<Record<string, number>>,
  limitMs: number,
): string[] {
  return Object.entries(longestMs)
    .filter(([, ms]) => ms >= limitMs)
    .map(([view, ms]) => `${view} took ${ms} ms, expected under ${limitMs}`);
}
