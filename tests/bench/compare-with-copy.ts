import { createReadStream, createWriteStream } from "node:fs";
import { pipeline } from "node:stream/promises";

import { Client } from "pg";
import { from as copyFrom, to as copyTo } from "pg-copy-streams";

import { listBareKeys, listEnforcedKeys } from "./fact-keys.ts";

/** Seconds that the same rows take by one binary COPY, the simplest and fastest way into a table. */
export interface CopySeconds {
  /** With six enforced foreign keys and eight indexes, the schema of the system that this one replaces. */
  readonly enforced: number;
  /** With the keys and indexes of `stream_events`, and no trigger. */
  readonly bare: number;
}

const ENFORCED = [
  "create table copied_enforced (like stream_events)",
  ...listEnforcedKeys("copied_enforced"),
];

const BARE = [
  "create table copied_bare (like stream_events)",
  ...listBareKeys("copied_bare"),
];

/** Copies the facts into both tables, in their order in `stream_events`, by way of a file. */
export async function compareWithCopy(
  databaseUrl: string,
  file: string,
): Promise<CopySeconds> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    await pipeline(
      client.query(copyTo("copy stream_events to stdout (format binary)")),
      createWriteStream(file),
    );
    const measure = async (
      table: string,
      statements: readonly string[],
    ): Promise<number> => {
      for (const statement of statements) await client.query(statement);
      const startMs = performance.now();
      await pipeline(
        createReadStream(file),
        client.query(copyFrom(`copy ${table} from stdin (format binary)`)),
      );
      return (performance.now() - startMs) / 1000;
    };
    return {
      enforced: await measure("copied_enforced", ENFORCED),
      bare: await measure("copied_bare", BARE),
    };
  } finally {
    await client.end();
  }
}
