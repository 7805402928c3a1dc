import { decodeDimension } from "#shared/domain/decode-dimension.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";
import type { Rejection } from "#shared/domain/rejection.ts";
import type { Dimension } from "#shared/domain/topics.ts";
import type {
  DimensionBatch,
  DimensionVersion,
} from "#shared/ports/dimension-warehouse.ts";

/** Decodes the records of one dimension topic: versions of rows, and those rejected by their bytes alone. */
export function splitDimensionRecords(
  dimension: Dimension,
  records: readonly KafkaRecord[],
): DimensionBatch {
  const versions = new Map<number, DimensionVersion>();
  const rejections = new Map<number, Rejection>();
  for (const [ordinal, record] of records.entries()) {
    const decoded = decodeDimension(record);
    if (decoded.ok)
      versions.set(ordinal, { record: decoded.value, position: record });
    else
      rejections.set(ordinal, {
        record,
        reason: decoded.reason,
        detail: decoded.detail,
      });
  }
  return { dimension, records, versions, rejections };
}
