import { setTimeout as delay } from "node:timers/promises";

import { Client } from "pg";

export interface LiveViewWatch {
  /** Ends it; how long the queries of each view took. */
  stop(): Promise<Readonly<Record<string, QueryTimes>>>;
}

/** Milliseconds. */
export interface QueryTimes {
  readonly count: number;
  /** A slow plan shows in the median, a machine that is busy with something else in the longest one alone. */
  readonly p50: number;
  readonly max: number;
}

const VIEWS = [
  "user_engagement",
  "content_performance",
  "device",
  "location",
  "hourly",
];
const INTERVAL_MS = 1000;

/**
 * Has every row of the open windows computed, and none sent: a chart shows sums of them, and the tens of thousands of users
 * would be as much work for the client that reads them as for Postgres.
 */
const computeOpenWindows = (view: string): string =>
  `select count(live) from (select * from ${view}_live where not is_final offset 0) as live`;

/** Asks each live view, once a second, for the open windows, as a dashboard does. */
export async function watchLiveViews(
  databaseUrl: string,
): Promise<LiveViewWatch> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const stopping = new AbortController();
  const times = new Map(VIEWS.map((view) => [view, [] as number[]]));
  const watch = async () => {
    while (!stopping.signal.aborted) {
      for (const [view, tookMs] of times) {
        const startMs = performance.now();
        await client.query(computeOpenWindows(view));
        tookMs.push(performance.now() - startMs);
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
      return Object.fromEntries(
        [...times].map(([view, tookMs]) => [view, summariseTimes(tookMs)]),
      );
    },
  };
}

/** Sums up the times of one view's queries; zeros when there was none. */
export function summariseTimes(tookMs: readonly number[]): QueryTimes {
  const sorted = tookMs.toSorted((a, b) => a - b).map(Math.round);
  return {
    count: sorted.length,
    p50: sorted[Math.floor((sorted.length - 1) / 2)] ?? 0,
    max: sorted.at(-1) ?? 0,
  };
}

/** Names the views whose longest query took this long or longer. */
export function listSlowViews(
  times: Readonly<Record<string, QueryTimes>>,
  limitMs: number,
): string[] {
  return Object.entries(times)
    .filter(([, { max }]) => max >= limitMs)
    .map(
      ([view, { count, p50, max }]) =>
        `${view} took ${max} ms, expected under ${limitMs} (the median of its ${count} queries is ${p50} ms)`,
    );
}
