import { setTimeout as delay } from "node:timers/promises";

import { Client } from "pg";

import type { WaitSample } from "./wait-sample.ts";

export interface WaitSampler {
  /** Ends it and returns the samples in their order; throws what a sample threw. */
  stop(): Promise<readonly WaitSample[]>;
}

const INTERVAL_MS = 20;
/** Without its comment lines a statement tells in so many characters which one it is; parameters are no part of it. */
const STATEMENT_LENGTH = 400;

const STATEMENT = `
  left(regexp_replace(regexp_replace(query, '^\\s*--[^\\n]*\\n', '', 'gn'), '\\s+', ' ', 'g'), ${STATEMENT_LENGTH})`;

/**
 * Reads who waits at this moment, and who is in the way. The blockers of a lock are asked for only while there is a wait for
 * one: pg_blocking_pids stops the whole lock manager for its reading.
 */
const SAMPLE = `
  with sessions as materialized (
    select pid, coalesce(usename, '') as role, coalesce(application_name, '') as application,
      ${STATEMENT} as statement, wait_event_type as type, wait_event as event
    from pg_stat_activity
    where datname = current_database() and pid <> pg_backend_pid()
  ),
  waits as materialized (
    select s.*,
      case when type = 'Lock' then pg_blocking_pids(pid) else '{}' end as blocking_pids,
      case when type = 'Lock' then (
        select extract(epoch from min(l.waitstart)) * 1000 from pg_locks l where l.pid = s.pid and not l.granted
      ) end as since_ms
    from sessions s
    where type in ('Lock', 'LWLock')
  )
  select
    (extract(epoch from clock_timestamp()) * 1000)::double precision as at_ms,
    coalesce((
      select jsonb_agg(jsonb_build_object(
        'pid', w.pid, 'role', w.role, 'application', w.application, 'statement', w.statement,
        'type', w.type, 'event', w.event, 'since_ms', w.since_ms,
        'blockers', coalesce((
          select jsonb_agg(jsonb_build_object(
            'pid', b.pid, 'role', b.role, 'application', b.application, 'statement', b.statement
          ))
          from sessions b
          where b.pid = any (w.blocking_pids)
        ), '[]')
      ))
      from waits w
    ), '[]') as waits`;

/** Begins to sample the waits in a database every 20 ms, over a connection of its own; the role must have `pg_monitor`. */
export async function startWaitSampler(
  databaseUrl: string,
): Promise<WaitSampler> {
  const client = new Client({
    connectionString: databaseUrl,
    application_name: "wait-sampler",
  });
  await client.connect();
  const stopping = new AbortController();
  const samples: WaitSample[] = [];
  const run = async (): Promise<void> => {
    while (!stopping.signal.aborted) {
      const startMs = performance.now();
      const { rows } = await client.query<WaitSample>({
        name: "sample-waits",
        text: SAMPLE,
      });
      samples.push(...rows);
      const restMs = INTERVAL_MS - (performance.now() - startMs);
      await delay(Math.max(0, restMs), undefined, {
        signal: stopping.signal,
      }).catch(() => undefined);
    }
  };
  const running = run();
  // Whoever stops it is told.
  running.catch(() => undefined);
  return {
    stop: async () => {
      stopping.abort();
      try {
        await running;
      } finally {
        await client.end();
      }
      return samples;
    },
  };
}
