import { Client } from "pg";
import { expect } from "vitest";

/** Lets nobody insert facts until `release`; `endWaiting` ends the backends that wait to, and returns how many these were. */
export async function holdFacts(databaseUrl: string) {
  const client = new Client({
    connectionString: databaseUrl,
    options: "-c idle_in_transaction_session_timeout=0",
  });
  // A test that fails stops the server before it has released.
  client.on("error", () => undefined);
  await client.connect();
  await client.query("begin");
  await client.query("lock table stream_events in share mode");
  return {
    endWaiting: async () => {
      let pids: number[] = [];
      await expect
        .poll(async () => {
          // What pg_stat_activity says stands still within a transaction.
          const { rows } = await client.query<{ pid: number }>(
            "select distinct pid from pg_locks where not granted and pg_backend_pid() = any (pg_blocking_pids(pid))",
          );
          pids = rows.map(({ pid }) => pid);
          return pids;
        })
        .not.toEqual([]);
      for (const pid of pids) process.kill(pid, "SIGTERM");
      return pids.length;
    },
    release: () => client.end(),
  };
}
