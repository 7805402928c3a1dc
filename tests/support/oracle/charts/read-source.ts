import { expectTables } from "#tests/support/oracle/expect-tables.ts";
import type { OracleRecord, Row } from "#tests/support/oracle/types.ts";
import { readCatalogue } from "./read-catalogue.ts";
import type { ChartSource, Play } from "./types.ts";

/** Microseconds since the epoch are exact as a number until the year 2255. */
const toMs = (timeUs: unknown): number => Math.floor(Number(timeUs) / 1000);

const toPlay = (fact: Row): Play => ({
  userId: Number(fact["user_id"]),
  songId: Number(fact["song_id"]),
  artistId: Number(fact["artist_id"]),
  deviceId: Number(fact["device_id"]),
  locationId: Number(fact["location_id"]),
  playedAtMs: toMs(fact["timestamp"]),
  listenSeconds: Number(fact["stream_duration_seconds"]),
  isCompletePlay: fact["is_complete_play"] === true,
  isSkipped: fact["is_skipped"] === true,
  isLiked: fact["is_liked"] === true,
});

/**
 * Reads the facts and the catalogue from the records of the six dimension topics and `stream-events`, in any order.
 *
 * @throws RangeError for a record of another topic and for a position that is given twice
 */
export async function readChartSource(
  records: readonly OracleRecord[],
): Promise<ChartSource> {
  const { facts } = await expectTables(records);
  return { plays: facts.map(toPlay), catalogue: readCatalogue(records) };
}
