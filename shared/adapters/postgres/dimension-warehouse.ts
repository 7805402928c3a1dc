import type { DimensionRecord } from "#shared/domain/dimension-records.ts";
import type { RecordOutcome } from "#shared/domain/ledger.ts";
import { selectNewestVersions } from "#shared/domain/select-newest-versions.ts";
import { formatTimestamp } from "#shared/domain/timestamp.ts";
import type { Rejection } from "#shared/domain/rejection.ts";
import type { Dimension } from "#shared/domain/topics.ts";
import type {
  DimensionBatch,
  DimensionVersion,
  DimensionWarehouse,
} from "#shared/ports/dimension-warehouse.ts";
import type { PublishRejections } from "#shared/ports/stream-event-warehouse.ts";
import { loadStatement, type Statement } from "#shared/sql.ts";

import { enterLedger, lockLedger } from "./ledger.ts";
import {
  createSession,
  type Session,
  type SessionOptions,
  type Transaction,
} from "./session.ts";

const findMissingArtists = loadStatement(
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

/** The dimension tables over one connection, opened on first use. */
export function createDimensionWarehouse(
  options: Omit<SessionOptions, "onConnect">,
): DimensionWarehouse & Pick<Session, "close"> {
  const session = createSession(options);
  return {
    close: () => session.close(),
    applyDimensionBatch: (batch, publish) =>
      session.transaction((transaction) =>
        applyDimensionBatch(transaction, batch, publish),
      ),
  };
}

async function applyDimensionBatch(
  transaction: Transaction,
  batch: DimensionBatch,
  publish: PublishRejections,
): Promise<RecordOutcome[]> {
  const { dimension, records, versions } = batch;
  const ledgerRows = await lockLedger(transaction, dimension, records);

  const rejections = new Map([
    ...batch.rejections,
    ...(await rejectOrphanAlbums(transaction, batch)),
  ]);
  if (rejections.size > 0) await publish([...rejections.values()]);

  const accepted = [...versions]
    .filter(([ordinal]) => !rejections.has(ordinal))
    .map(([, version]) => version);
  const rows = selectNewestVersions(accepted).map(toRow);
  if (rows.length > 0)
    await transaction.query(apply[dimension], [JSON.stringify(rows)]);

  const outcomes = records.map((position, ordinal): RecordOutcome => {
    const rejection = rejections.get(ordinal);
    return rejection === undefined
      ? { position, outcome: { kind: "accepted", isLate: false } }
      : { position, outcome: { kind: "rejected", reason: rejection.reason } };
  });
  await enterLedger(transaction, dimension, ledgerRows, outcomes);
  return outcomes;
}

/** Albums are the only dimension that refers to another: one whose artist is not there becomes a dead letter. */
async function rejectOrphanAlbums(
  transaction: Transaction,
  { records, versions }: DimensionBatch,
): Promise<Map<number, Rejection>> {
  const artistIds = new Map<number, number>();
  for (const [ordinal, { record }] of versions) {
    if (record.dimension === "albums" && record.row !== null)
      artistIds.set(ordinal, record.row.artistId);
  }
  const rejections = new Map<number, Rejection>();
  if (artistIds.size === 0) return rejections;
  const rows = await transaction.query<{ artist_id: number }>(
    findMissingArtists,
    [[...new Set(artistIds.values())]],
  );
  const missing = new Set(rows.map((row) => row.artist_id));
  for (const [ordinal, id] of artistIds) {
    const record = records[ordinal];
    if (record === undefined || !missing.has(id)) continue;
    const missingReferences = [{ dimension: "artists", id }] as const;
    rejections.set(ordinal, {
      record,
      reason: "unknown_reference",
      detail: `expected these to exist: artists ${id}`,
      missingReferences,
    });
  }
  return rejections;
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
