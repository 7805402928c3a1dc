import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";

import { formatDatabaseUrl } from "#compose/embedded/database-url.ts";
import { ensureSecrets } from "#compose/embedded/secrets.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import type { PipelineServers } from "#tests/support/pipeline/start-servers.ts";
import { readAllocatedBytes, readDeviceBytes } from "./read-disk-use.ts";

const run = promisify(execFile);

/** Bytes that a span of work gave to the disk. */
export interface WrittenBytes {
  /** What its logs and indexes have grown by: it only appends, and deletes nothing within a benchmark. */
  readonly kafka: number;
  /** Tables, indexes, temporary files and the write-ahead log. */
  readonly postgres: number;
  /** Of those, the log: a page that several commits fill is written several times, and a new file first with zeros. */
  readonly wal: number;
  /** The log that the work made, however often it was written. */
  readonly wal_made: number;
  /** What the data directory's device took from everybody, as a cross-check; null where there is no such device. */
  readonly device: number | null;
}

export interface WriteMeter {
  /** Ends the span; sessions that did the work should be closed, as an idle one may not have told yet what it wrote. */
  stop(): Promise<WrittenBytes>;
}

const POSTGRES_WRITES = `
  select
    coalesce(sum(write_bytes), 0)::text as postgres,
    coalesce(sum(write_bytes) filter (where object = 'wal'), 0)::text as wal,
    pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::text as wal_made
  from pg_stat_io`;

/**
 * Begins to count what the embedded Kafka and Postgres write. Each end of the span waits for a checkpoint and for the page
 * cache to be written back, which takes seconds; time the work inside of it.
 *
 * The servers' own counts are taken. Those of `/proc/<pid>/io` are too high: where the page cache has large folios (ext4
 * since Linux 6.16), one changed page counts as its whole folio. The walwriter wrote 19.5 MB, and 44.0 MB were counted; all
 * of Postgres 162 MB, of which the device got at most 123. The device's own count has the file system's journal and other
 * programs in it.
 */
export async function startWriteMeter(
  servers: PipelineServers,
): Promise<WriteMeter> {
  await writeBack(servers);
  const before = await readCounts(servers);
  return {
    stop: async () => {
      await writeBack(servers);
      const after = await readCounts(servers);
      return {
        kafka: after.kafka - before.kafka,
        postgres: after.postgres - before.postgres,
        wal: after.wal - before.wal,
        wal_made: after.wal_made - before.wal_made,
        device:
          after.device === null || before.device === null
            ? null
            : after.device - before.device,
      };
    },
  };
}

/** Has everything written to the disk that the servers have only in memory; it takes seconds. */
export async function writeBack(servers: PipelineServers): Promise<void> {
  await selectRows(await formatSuperuserUrl(servers), "checkpoint");
  // Only GNU's sync knows how to leave other file systems alone.
  await run(
    "sync",
    process.platform === "linux" ? ["-f", servers.dataDir] : [],
  );
}

/** Divides by the plays, in whole bytes. */
export function divideByPlays(
  { kafka, postgres, wal, wal_made, device }: WrittenBytes,
  playCount: number,
): WrittenBytes {
  const divide = (bytes: number) => Math.round(bytes / playCount);
  return {
    kafka: divide(kafka),
    postgres: divide(postgres),
    wal: divide(wal),
    wal_made: divide(wal_made),
    device: device === null ? null : divide(device),
  };
}

async function readCounts(servers: PipelineServers): Promise<WrittenBytes> {
  const [row] = await selectRows<{
    postgres: string;
    wal: string;
    wal_made: string;
  }>(await formatSuperuserUrl(servers), POSTGRES_WRITES);
  return {
    kafka: await readAllocatedBytes(join(servers.dataDir, "kafka")),
    postgres: Number(row?.postgres),
    wal: Number(row?.wal),
    wal_made: Number(row?.wal_made),
    device: (await readDeviceBytes(servers.dataDir)) ?? null,
  };
}

/** Only a superuser may order a checkpoint. */
async function formatSuperuserUrl({
  dataDir,
  connections,
}: PipelineServers): Promise<string> {
  const access = {
    port: Number(new URL(connections.databaseUrls.owner).port),
    secrets: await ensureSecrets(dataDir),
  };
  return formatDatabaseUrl(access, "superuser", "postgres");
}
