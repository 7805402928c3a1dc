import { readFile } from "node:fs/promises";
import { pipeline } from "node:stream/promises";

import { Client } from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";

import { formatDatabaseUrl } from "#compose/embedded/database-url.ts";
import { ensureDatabase } from "#compose/embedded/postgres-roles.ts";
import { ensureSecrets } from "#compose/embedded/secrets.ts";
import { DIMENSIONS } from "#shared/domain/topics.ts";
import type { PipelineServers } from "#tests/support/pipeline/start-servers.ts";
import { listBareKeys, listEnforcedKeys } from "../fact-keys.ts";
import type { SparkJob } from "./jobs.ts";

const FACTS = `create table stream_events (
  event_id uuid not null,
  "timestamp" timestamptz not null,
  user_id integer not null,
  song_id integer not null,
  artist_id integer not null,
  album_id integer not null,
  device_id integer not null,
  location_id integer not null,
  stream_duration_seconds integer not null,
  is_complete_play boolean not null,
  is_skipped boolean not null,
  is_liked boolean not null,
  is_shared boolean not null,
  is_added_to_playlist boolean not null
)`;

/** Makes a database for the job, with the schema that it writes to and the ids of the dimensions, and returns its URL. */
export async function prepareDatabase(
  { dataDir, connections }: PipelineServers,
  job: SparkJob,
): Promise<string> {
  const { owner } = connections.databaseUrls;
  const access = {
    port: Number(new URL(owner).port),
    secrets: await ensureSecrets(dataDir),
  };
  const name = `bench_${job.replaceAll("-", "_")}`;
  await ensureDatabase(access, name);
  const databaseUrl = formatDatabaseUrl(access, "owner", name);
  const [source, target] = [
    new Client({ connectionString: owner }),
    new Client({ connectionString: databaseUrl }),
  ];
  await Promise.all([source.connect(), target.connect()]);
  try {
    for (const dimension of DIMENSIONS)
      await copyIds(source, target, dimension);
    for (const statement of await listStatements(job))
      await target.query(statement);
    await target.query("analyze");
  } finally {
    await Promise.all([source.end(), target.end()]);
  }
  return databaseUrl;
}

/** A foreign key needs no more of a dimension than its ids. */
async function copyIds(
  source: Client,
  target: Client,
  dimension: string,
): Promise<void> {
  const id = `${dimension.replace(/s$/, "")}_id`;
  await target.query(`create table ${dimension} (${id} integer primary key)`);
  await pipeline(
    source.query(copyTo(`copy (select ${id} from ${dimension}) to stdout`)),
    target.query(copyFrom(`copy ${dimension} from stdin`)),
  );
}

async function listStatements(job: SparkJob): Promise<string[]> {
  const metrics = await readSql("metric-tables.sql");
  return job === "spark-tuned"
    ? [
        FACTS,
        // The best job would not pay for keys that this project does not pay for; the B-tree of the facts is spared it, too.
        ...listBareKeys("stream_events"),
        metrics,
        await readSql("partial-tables.sql"),
      ]
    : [FACTS, ...listEnforcedKeys("stream_events"), metrics];
}

function readSql(name: string): Promise<string> {
  return readFile(new URL(name, import.meta.url), "utf8");
}
