import { Client } from "pg";

import type { IdOrder } from "../shape-play.ts";

/** Facts that were there before the backlog. */
export interface Preload {
  readonly facts: number;
  readonly ids: IdOrder;
  /** RFC 3339, the end of the 30 days over which the facts are spread evenly; all windows up to there are closed. */
  readonly until: string;
}

const DAYS = 30;
const FACTS_PER_TRANSACTION = 1_000_000;

/** The id of a fact at time `t`: made as the producer does, or anywhere in the index. */
const IDS: Readonly<Record<IdOrder, string>> = {
  "time-ordered": "uuidv7(t - clock_timestamp())",
  random: "gen_random_uuid()",
};

/** References go round the dimensions at different paces, so that neighbours differ; the ids of a catalogue have no gap. */
const insertFacts = (ids: IdOrder): string => `
  insert into stream_events (
    event_id, "timestamp", user_id, song_id, artist_id, album_id, device_id, location_id,
    stream_duration_seconds, is_complete_play, is_skipped, is_liked, is_shared, is_added_to_playlist
  )
  select
    ${IDS[ids]}, t,
    1 + i * 7919 % (select count(*) from users), 1 + i * 104729 % (select count(*) from songs),
    1 + i * 1299709 % (select count(*) from artists), 1 + i * 15485863 % (select count(*) from albums),
    1 + i * 31 % (select count(*) from devices), 1 + i * 37 % (select count(*) from locations),
    30 + i % 200, i % 10 < 6, i % 10 >= 7, i % 5 = 0, i % 11 = 0, i % 7 = 0
  from (
    select i, $3::timestamptz - interval '${DAYS} days' * (1 - i / $4::double precision) as t
    from generate_series($1::bigint, $2::bigint) as i
  )`;

/**
 * Puts facts straight into the table, in the order of their time, and closes the windows before the backlog as the pipeline
 * would have done; windows and ledger are left alone. Returns the seconds that it took. Throws what Postgres throws.
 */
export async function preloadFacts(
  databaseUrl: string,
  { facts, ids, until }: Preload,
  onProgress: (message: string) => void,
): Promise<number> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const startMs = performance.now();
  try {
    // The same on an empty table: plays that come late there are late here.
    await client.query(
      "update window_frontiers set closed_until = date_bin(window_size, $1, timestamptz '1970-01-01 00:00:00+00')",
      [until],
    );
    if (facts > 0) {
      // The trigger keeps all rows of a statement to check their references, which are right by the way they are made.
      await client.query("alter table stream_events disable trigger user");
      // Built at once from sorted ids: random ones would be put into 20 million places, page by page.
      await client.query(
        "alter table stream_events drop constraint stream_events_pkey",
      );
      for (let first = 0; first < facts; first += FACTS_PER_TRANSACTION) {
        const last = Math.min(first + FACTS_PER_TRANSACTION, facts) - 1;
        await client.query(insertFacts(ids), [first, last, until, facts]);
        onProgress(`${last + 1} of ${facts} facts are there`);
      }
      await client.query("set maintenance_work_mem = '1GB'");
      await client.query(
        "alter table stream_events add constraint stream_events_pkey primary key (event_id)",
      );
      await client.query("alter table stream_events enable trigger user");
    }
    return (performance.now() - startMs) / 1000;
  } finally {
    await client.end();
  }
}

/**
 * Brings the database to rest, whether or not it was preloaded: no autovacuum, no hint bits and no checkpoint of what was
 * before are to be paid in the measured span. The role must have `pg_checkpoint`.
 */
export async function settleDatabase(databaseUrl: string): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await client.query(
      `vacuum (analyze) stream_events, users, songs, artists, albums, devices, locations, user_engagement_metrics,
       content_performance_metrics, device_metrics, location_metrics, hourly_metrics, metric_revisions`,
    );
    await client.query("checkpoint");
  } finally {
    await client.end();
  }
}
