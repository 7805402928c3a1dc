import { setTimeout as delay } from "node:timers/promises";

import { Client } from "pg";

// Short, so that a test catches the pipeline in the middle of its work.
const POLL_INTERVAL_MS = 5;
const TIMEOUT_MS = 60_000;

/** Waits until the database holds at least so many facts, and returns how many there were then. */
export async function untilFacts(
  databaseUrl: string,
  leastCount: number,
  timeoutMs = TIMEOUT_MS,
): Promise<number> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const deadline = performance.now() + timeoutMs;
    for (;;) {
      const { rows } = await client.query<{ count: number }>(
        "select count(*)::integer as count from stream_events",
      );
      const count = rows[0]?.count ?? 0;
      if (count >= leastCount) return count;
      if (performance.now() > deadline)
        throw new Error(
          `${count} facts after ${timeoutMs} ms, expected ${leastCount}.`,
        );
      await delay(POLL_INTERVAL_MS);
    }
  } finally {
    await client.end();
  }
}
