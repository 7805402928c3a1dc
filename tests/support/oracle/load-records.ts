import type { DuckDBConnection } from "@duckdb/node-api";

import { RowAppender } from "./append-rows.ts";
import { decodeDimension, isDimensionTopic } from "./decode-dimension.ts";
import { decodePlay } from "./decode-play.ts";
import type { OracleRecord } from "./types.ts";

const CREATE_TABLES = `
  create table plays (
    partition_id integer not null,
    record_offset bigint not null,
    record_at_us bigint not null,
    event_id varchar not null,
    user_id integer not null,
    song_id integer not null,
    artist_id integer not null,
    album_id integer not null,
    device_id integer not null,
    location_id integer not null,
    played_at_us bigint not null,
    stream_duration_seconds integer not null,
    is_complete_play boolean not null,
    is_skipped boolean not null,
    is_liked boolean not null,
    is_shared boolean not null,
    is_added_to_playlist boolean not null
  );
  create table undecodable (
    partition_id integer not null,
    record_offset bigint not null,
    reason varchar not null
  );
  create table dimensions (
    record_at_us bigint not null,
    topic varchar not null,
    id integer not null,
    artist_id integer
  )`;

/** Decodes the records into the tables `plays`, `undecodable` and `dimensions`; throws for a topic it does not know. */
export async function loadRecords(
  connection: DuckDBConnection,
  records: Iterable<OracleRecord>,
): Promise<void> {
  await connection.run(CREATE_TABLES);
  const plays = await RowAppender.open(connection, "plays");
  const undecodable = await RowAppender.open(connection, "undecodable");
  const dimensions = await RowAppender.open(connection, "dimensions");
  for (const { topic, partition, offset, timestampMs, value } of records) {
    const recordAtUs = BigInt(timestampMs) * 1000n;
    if (topic === "stream-events") {
      const play = decodePlay(value);
      if (typeof play === "string") {
        undecodable.append([partition, BigInt(offset), play]);
      } else {
        plays.append([partition, BigInt(offset), recordAtUs, ...play]);
      }
    } else if (isDimensionTopic(topic)) {
      const dimension = decodeDimension(topic, value);
      if (dimension !== undefined) {
        dimensions.append([
          recordAtUs,
          topic,
          dimension.id,
          dimension.artistId,
        ]);
      }
    } else {
      throw new RangeError(
        `The oracle knows no topic "${topic}"; give it records of stream-events and the six dimension topics only.`,
      );
    }
  }
  plays.close();
  undecodable.close();
  dimensions.close();
}
