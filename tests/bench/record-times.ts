import { once } from "node:events";
import { pipeline } from "node:stream/promises";
import { PassThrough } from "node:stream";

import { Kafka, logLevel } from "kafkajs";
import { Client } from "pg";
import { from as copyFrom } from "pg-copy-streams";

import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";

const TABLE = `create table record_times (
  event_id uuid primary key, partition integer not null, taken_at timestamptz not null)`;

/**
 * Copies into a table of its own when Kafka took each play, and on which partition: of the `count` plays that it took from
 * this moment on, in milliseconds since the epoch.
 */
export async function storeRecordTimes(
  bootstrapServers: readonly string[],
  databaseUrl: string,
  {
    takenFromMs,
    count,
  }: { readonly takenFromMs: number; readonly count: number },
): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const consumer = new Kafka({
    brokers: [...bootstrapServers],
    logLevel: logLevel.NOTHING,
  }).consumer({ groupId: "bench-record-times" });
  try {
    await client.query(TABLE);
    const rows = new PassThrough();
    const copying = pipeline(
      rows,
      client.query(copyFrom("copy record_times from stdin")),
    );
    let read = 0;
    await consumer.connect();
    await consumer.subscribe({
      topic: STREAM_EVENTS_TOPIC,
      fromBeginning: true,
    });
    await consumer.run({
      eachBatch: async ({ batch }) => {
        const messages = batch.messages.filter(
          ({ timestamp }) => Number(timestamp) >= takenFromMs,
        );
        if (messages.length === 0) return;
        read += messages.length;
        const text = messages
          .map(
            ({ key, timestamp }) =>
              `${String(key)}\t${batch.partition}\t${new Date(Number(timestamp)).toISOString()}\n`,
          )
          .join("");
        if (!rows.write(text)) await once(rows, "drain");
        if (read >= count) rows.end();
      },
    });
    await copying;
    await client.query("analyze record_times");
  } finally {
    await consumer.disconnect();
    await client.end();
  }
}
