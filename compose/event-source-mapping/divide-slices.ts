import type { EventFormat, PartitionSlice } from "./encode-event.ts";
import { encodedRecordBytes, recordPrefix } from "./encode-record.ts";
import type { FetchedRecord } from "./encode-record.ts";

/** Two parts of a batch, each in the order of the whole; a part without records has no slices. */
export type DividedSlices = readonly [
  readonly PartitionSlice[],
  readonly PartitionSlice[],
];

export const countRecords = (slices: readonly PartitionSlice[]): number =>
  slices.reduce((count, { records }) => count + records.length, 0);

/** Those records for which `belongsToFirst` answers true, and the others. */
export function divideSlices(
  slices: readonly PartitionSlice[],
  format: EventFormat,
  belongsToFirst: (record: FetchedRecord, partition: number) => boolean,
): DividedSlices {
  const parts: [PartitionSlice[], PartitionSlice[]] = [[], []];
  for (const slice of slices) {
    const { partition } = slice;
    const divided: [FetchedRecord[], FetchedRecord[]] = [[], []];
    for (const record of slice.records)
      divided[belongsToFirst(record, partition) ? 0 : 1].push(record);
    for (const index of [0, 1] as const) {
      const records = divided[index];
      if (records.length === slice.records.length) parts[index].push(slice);
      else if (records.length > 0)
        parts[index].push(cutSlice(partition, records, format));
    }
  }
  return parts;
}

/** The first half of the records, counted over all slices, and the second; of an odd number the first has one more. */
export function halveSlices(
  slices: readonly PartitionSlice[],
  format: EventFormat,
): DividedSlices {
  let left = Math.ceil(countRecords(slices) / 2);
  return divideSlices(slices, format, () => {
    left -= 1;
    return left >= 0;
  });
}

function cutSlice(
  partition: number,
  records: readonly FetchedRecord[],
  { topic }: EventFormat,
): PartitionSlice {
  const prefix = recordPrefix(topic, partition);
  const encodedBytes = records.reduce(
    (bytes, record) => bytes + encodedRecordBytes(prefix, record) + ",".length,
    -",".length,
  );
  return { partition, records, encodedBytes };
}
