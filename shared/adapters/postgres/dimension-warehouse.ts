import type { RecordOutcome } from "#shared/domain/ledger.ts";
import type { Rejection } from "#shared/domain/rejection.ts";
import type {
  DimensionBatch,
  DimensionWarehouse,
} from "#shared/ports/dimension-warehouse.ts";
import type { PublishRejections } from "#shared/ports/stream-event-warehouse.ts";
import { traceRecords } from "#shared/tracing/trace-records.ts";

import {
  applyVersions,
  findMissingArtists,
  readArtistId,
} from "./dimension-versions.ts";
import { enterLedger, lockLedger } from "./ledger.ts";
import {
  createSession,
  type Session,
  type SessionOptions,
  type Transaction,
} from "./session.ts";

/** The dimension tables over one connection, opened on first use. */
export function createDimensionWarehouse(
  options: Omit<SessionOptions, "onConnect">,
): DimensionWarehouse & Pick<Session, "close"> {
  const session = createSession(options);
  return {
    close: () => session.close(),
    applyDimensionBatch: (batch, publish) =>
      traceRecords(batch.records, () =>
        session.transaction((transaction) =>
          applyDimensionBatch(transaction, batch, publish),
        ),
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
  await applyVersions(transaction, dimension, accepted);

  const outcomes = records.map((position, ordinal): RecordOutcome => {
    const rejection = rejections.get(ordinal);
    return rejection === undefined
      ? { position, outcome: { kind: "accepted", isLate: false } }
      : { position, outcome: { kind: "rejected", reason: rejection.reason } };
  });
  await enterLedger(transaction, dimension, ledgerRows, outcomes);
  return outcomes;
}

/** An album whose artist is not there becomes a dead letter. */
async function rejectOrphanAlbums(
  transaction: Transaction,
  { records, versions }: DimensionBatch,
): Promise<Map<number, Rejection>> {
  const artistIds = new Map<number, number>();
  for (const [ordinal, version] of versions) {
    const artistId = readArtistId(version);
    if (artistId !== null) artistIds.set(ordinal, artistId);
  }
  const missing = await findMissingArtists(transaction, [
    ...artistIds.values(),
  ]);
  const rejections = new Map<number, Rejection>();
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
