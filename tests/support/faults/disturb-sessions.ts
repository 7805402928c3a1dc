import { type Client, DatabaseError } from "pg";

import { withClient } from "#tests/support/with-client.ts";
import { waitUntilBlocked } from "#tests/support/races/wait-until-blocked.ts";

/** SQLSTATEs by which Postgres says what it did to a statement. */
export const STATES = {
  terminated: "57P01",
  timedOut: "57014",
  deadlock: "40P01",
  lockTimeout: "55P03",
  diskFull: "53100",
  tooManyConnections: "53300",
} as const;

/** Ends the sessions of a function that are in a transaction just now, and returns how many those were. */
export async function terminateBusySessions(
  superuser: Client,
  application: string,
): Promise<number> {
  // Chosen first: in one condition with the others the function would end sessions before those are looked at.
  const { rowCount } = await superuser.query(
    `with busy as materialized (
       select pid from pg_stat_activity
       where application_name = $1 and datname = current_database() and xact_start is not null
     ) select pg_terminate_backend(pid) from busy`,
    [application],
  );
  return rowCount ?? 0;
}

/** Ends all sessions of a function, so that it opens new ones. */
export async function terminateSessions(
  superuser: Client,
  application: string,
): Promise<void> {
  await superuser.query(
    `select pg_terminate_backend(pid, 10000) from pg_stat_activity
     where application_name = $1 and datname = current_database()`,
    [application],
  );
}

/** Locks the facts, so that whoever inserts waits, for as long as the work takes. */
export async function withFactsLocked<Result>(
  superuserUrl: string,
  work: (client: Client) => Promise<Result>,
): Promise<Result> {
  return withClient(superuserUrl, async (client) => {
    await client.query("begin");
    await client.query("lock table stream_events in access exclusive mode");
    const result = await work(client);
    await client.query("rollback");
    return result;
  });
}

/** Waits for what a function's transaction holds while that waits for what this one holds; returns whether that one was ended. */
export async function makeDeadlock(
  superuserUrl: string,
  application: string,
): Promise<boolean> {
  return withFactsLocked(superuserUrl, async (client) => {
    // Looked for by whoever has waited so long: the function's session, with its 1 s, is the first.
    await client.query("set local deadlock_timeout = '20s'");
    await withClient(superuserUrl, (observer) =>
      waitUntilBlocked(observer, application),
    );
    try {
      await client.query("select from partition_ledger for update");
      return true;
    } catch (error) {
      // On a slow machine this one may be ended instead.
      if (error instanceof DatabaseError && error.code === STATES.deadlock)
        return false;
      throw error;
    }
  });
}
