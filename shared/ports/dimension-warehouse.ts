import type { RecordOutcome } from "#shared/domain/ledger.ts";
import type { DimensionRecord } from "#shared/domain/dimension-records.ts";
import type { RecordPosition } from "#shared/domain/record.ts";
import type { Dimension } from "#shared/domain/topics.ts";
import type { PublishRejections } from "./stream-event-warehouse.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";
import type { Rejection } from "#shared/domain/rejection.ts";

/** A row or tombstone of a dimension and the position that is its version. */
export interface DimensionVersion {
  readonly record: DimensionRecord;
  readonly position: RecordPosition;
}

/** The records of one dimension topic, each of them either a version or rejected. */
export interface DimensionBatch {
  readonly dimension: Dimension;
  readonly records: readonly KafkaRecord[];
  /** By index into the records. */
  readonly versions: ReadonlyMap<number, DimensionVersion>;
  readonly rejections: ReadonlyMap<number, Rejection>;
}

/** The six dimension tables. */
export interface DimensionWarehouse {
  /** Applies the newest version of each id in one transaction; what an album refers to must exist. */
  applyDimensionBatch(
    batch: DimensionBatch,
    publish: PublishRejections,
  ): Promise<RecordOutcome[]>;
}
