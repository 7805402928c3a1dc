import { setTimeout as delay } from "node:timers/promises";

import { listRegressions, type Progress } from "./progress.ts";
import { readProgress } from "./read-progress.ts";

/** Looks at a database again and again while a fault happens. */
export interface ProgressWatch {
  /** Looks once more, and lists what went back or changed where it must not since the watch began (faults.md, I4 and I5). */
  look(): Promise<string[]>;
  /** Looks a last time, and ends. */
  stop(): Promise<string[]>;
}

export interface WatchOptions {
  readonly intervalMs?: number;
}

/** Looks, and goes on to do so; a look that fails, as it does while Postgres is down, is made up for by the next one. */
export async function watchProgress(
  databaseUrl: string,
  { intervalMs = 200 }: WatchOptions = {},
): Promise<ProgressWatch> {
  const ended = new AbortController();
  const faults = new Set<string>();
  let last: Progress = await readProgress(databaseUrl);
  let looking: Promise<unknown> = Promise.resolve();
  const compare = async (): Promise<string[]> => {
    const progress = await readProgress(databaseUrl);
    for (const fault of listRegressions(last, progress)) faults.add(fault);
    last = progress;
    return [...faults];
  };
  // One look at a time: an answer that is overtaken would be compared as if it were the later one.
  const look = (): Promise<string[]> => {
    const answer = looking.catch(() => undefined).then(compare);
    looking = answer;
    return answer;
  };
  const watch = async () => {
    while (!ended.signal.aborted) {
      await look().catch(() => undefined);
      await delay(intervalMs, undefined, { signal: ended.signal }).catch(
        () => undefined,
      );
    }
  };
  const watching = watch();
  return {
    look,
    stop: async () => {
      ended.abort();
      await watching;
      return look();
    },
  };
}
