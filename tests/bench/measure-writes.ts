import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { formatDatabaseUrl } from "#compose/embedded/database-url.ts";
import { ensureSecrets } from "#compose/embedded/secrets.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import type { PipelineServers } from "#tests/support/pipeline/start-servers.ts";
import { findServerParts, type MeteredPart } from "./measure-processes.ts";
import { readProcesses, selectFamily } from "./read-processes.ts";
import { readDeviceBytes, readWrittenBytes } from "./read-written-bytes.ts";

const run = promisify(execFile);

/** Bytes that a span of work gave to the disk. */
export interface WrittenBytes {
  readonly node: number;
  readonly kafka: number;
  /** Tables, indexes and the write-ahead log. */
  readonly postgres: number;
  /** The log that the work made; a page of it that several commits fill is written, and counts above, several times. */
  readonly wal: number;
  /** What the data directory's device took from everybody, as a cross-check; undefined where there is no such device. */
  readonly device: number | undefined;
}

export interface WriteMeter {
  /** Ends the span; undefined where the system has no /proc. */
  stop(): Promise<WrittenBytes | undefined>;
}

/**
 * Begins to count what this process, the embedded Kafka and the embedded Postgres write.
 *
 * Counted is what each process gave to the page cache's dirty pages, not what the device took: the kernel writes back
 * later and for everybody, so the device's count has the file system's journal and other programs in it. Each end of the
 * span waits for a checkpoint and for the page cache to be written back, which takes seconds; time the work inside of it.
 */
export async function startWriteMeter(
  servers: PipelineServers,
): Promise<WriteMeter> {
  const { dataDir } = servers;
  const [superuserUrl, serverParts] = await Promise.all([
    formatSuperuserUrl(servers),
    findServerParts(dataDir),
  ]);
  const parts = {
    node: { pid: process.pid, withFamily: false },
    ...serverParts,
  };
  const read = async () => ({
    node: await readPart(parts["node"]),
    kafka: await readPart(serverParts["kafka"]),
    postgres: await readPart(serverParts["postgres"]),
    device: await readDeviceBytes(dataDir),
  });

  if ((await readProcesses()).length === 0)
    return { stop: () => Promise.resolve(undefined) };
  await writeBack(servers);
  const before = await read();
  const walBefore = await readWalPosition(superuserUrl);
  return {
    stop: async () => {
      const wal = (await readWalPosition(superuserUrl)) - walBefore;
      await writeBack(servers);
      const after = await read();
      return {
        node: after.node - before.node,
        kafka: after.kafka - before.kafka,
        postgres: after.postgres - before.postgres,
        wal,
        device:
          after.device === undefined || before.device === undefined
            ? undefined
            : after.device - before.device,
      };
    },
  };
}

/** Has everything written to the disk that the servers have only in memory; it takes seconds. */
export async function writeBack(servers: PipelineServers): Promise<void> {
  // Changed pages that are only in Postgres's own buffers would be nobody's.
  await selectRows(await formatSuperuserUrl(servers), "checkpoint");
  await run("sync", ["-f", servers.dataDir]);
}

/** Divides by the plays, in whole bytes. */
export function divideByPlays(
  written: WrittenBytes | undefined,
  playCount: number,
): Readonly<Record<keyof WrittenBytes, number | null>> | null {
  if (written === undefined) return null;
  const divide = (bytes: number) => Math.round(bytes / playCount);
  return {
    node: divide(written.node),
    kafka: divide(written.kafka),
    postgres: divide(written.postgres),
    wal: divide(written.wal),
    device: written.device === undefined ? null : divide(written.device),
  };
}

/** A child that ended is in its parent's count once the parent has seen that, so children are read before it. */
async function readPart(part: MeteredPart | undefined): Promise<number> {
  if (part === undefined) return 0;
  const family = part.withFamily
    ? selectFamily(await readProcesses(), part.pid)
    : [part];
  let bytes = 0;
  for (const { pid } of family.toReversed())
    bytes += await readWrittenBytes(pid);
  return bytes;
}

async function readWalPosition(databaseUrl: string): Promise<number> {
  const [row] = await selectRows<{ bytes: string }>(
    databaseUrl,
    "select pg_wal_lsn_diff(pg_current_wal_insert_lsn(), '0/0')::text as bytes",
  );
  return Number(row?.bytes);
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
