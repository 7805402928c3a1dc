import { pipeline } from "node:stream/promises";

import type { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";

import { encodeStagedStreamEvents } from "#shared/adapters/postgres/encode-copy.ts";
import { loadStatement } from "#shared/sql.ts";

import { makeMicroBatch, type RecordTraits } from "./make-records.ts";

const createStagingTable = loadStatement("session/create_staged_stream_events");
const copyStaged = loadStatement(
  "queries/aggregate-micro-batch/copy_staged_stream_events",
);

/** Begins a transaction on the connection and stages these plays in it, ordinals from 0. */
export async function stagePlays(
  client: Client,
  traits: readonly RecordTraits[],
): Promise<void> {
  await client.query(createStagingTable.text);
  await client.query("begin");
  await pipeline(
    [encodeStagedStreamEvents(makeMicroBatch(traits).plays)],
    client.query(copyFrom(copyStaged.text)),
  );
}
