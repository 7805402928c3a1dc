import type { Client } from "pg";
import { vi } from "vitest";

/** Waits until a backend waits for a lock, so that the test goes on at that very moment. */
export async function waitUntilBlocked(
  observer: Client,
  application: string,
): Promise<void> {
  await vi.waitUntil(
    async () => {
      const { rowCount } = await observer.query(
        `select from pg_stat_activity
         where application_name = $1 and datname = current_database() and cardinality(pg_blocking_pids(pid)) > 0`,
        [application],
      );
      return rowCount !== 0;
    },
    { timeout: 20_000, interval: 10 },
  );
}
