import type { DimensionRecord } from "#shared/domain/dimension-records.ts";
import { selectNewestVersions } from "#shared/domain/select-newest-versions.ts";
import { formatTimestamp } from "#shared/domain/timestamp.ts";
import type { Dimension } from "#shared/domain/topics.ts";
import type { DimensionVersion } from "#shared/ports/dimension-warehouse.ts";
import { loadStatement, type Statement } from "#shared/sql.ts";

import type { Transaction } from "./session.ts";

const findMissing = loadStatement(
  "queries/load-dimensions/find_missing_artists",
);
const apply: Record<Dimension, Statement> = {
  users: loadStatement("queries/load-dimensions/apply_users"),
  artists: loadStatement("queries/load-dimensions/apply_artists"),
  albums: loadStatement("queries/load-dimensions/apply_albums"),
  songs: loadStatement("queries/load-dimensions/apply_songs"),
  devices: loadStatement("queries/load-dimensions/apply_devices"),
  locations: loadStatement("queries/load-dimensions/apply_locations"),
};

/** The artist of an album's row; albums are the only dimension that refers to another. */
export function readArtistId({ record }: DimensionVersion): number | null {
  return record.dimension === "albums" && record.row !== null
    ? record.row.artistId
    : null;
}

/** Those of the artists that do not exist. */
export async function findMissingArtists(
  transaction: Transaction,
  artistIds: readonly number[],
): Promise<Set<number>> {
  if (artistIds.length === 0) return new Set();
  const rows = await transaction.query<{ artist_id: number }>(findMissing, [
    [...new Set(artistIds)],
  ]);
  return new Set(rows.map((row) => row.artist_id));
}

/** Applies the newest version of each id; returns the ids whose row was written, for it had no version as new. */
export async function applyVersions(
  transaction: Transaction,
  dimension: Dimension,
  versions: readonly DimensionVersion[],
): Promise<Set<number>> {
  const rows = selectNewestVersions(versions).map(toRow);
  if (rows.length === 0) return new Set();
  const written = await transaction.query<{ id: number }>(apply[dimension], [
    JSON.stringify(rows),
  ]);
  return new Set(written.map(({ id }) => id));
}

/** A version as the apply statements read it: columns by their names, times as text. */
function toRow({
  record,
  position,
}: DimensionVersion): Record<string, unknown> {
  return {
    ...toColumns(record),
    version_at: formatTimestamp(position.timestampMs * 1000),
    version_partition: position.partition,
    version_offset: position.offset,
    is_deleted: record.row === null,
  };
}

function toColumns({
  dimension,
  id,
  row,
}: DimensionRecord): Record<string, unknown> {
  const columns: Record<string, unknown> = {
    [`${dimension.slice(0, -1)}_id`]: id,
  };
  for (const [property, value] of Object.entries(row ?? {})) {
    const isTime = property.endsWith("Micros");
    const name = (
      isTime ? property.slice(0, -"Micros".length) : property
    ).replaceAll(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`);
    columns[name] =
      isTime && typeof value === "number" ? formatTimestamp(value) : value;
  }
  return columns;
}
