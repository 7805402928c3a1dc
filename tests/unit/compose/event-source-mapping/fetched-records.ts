import {
  createEventFormat,
  type PartitionSlice,
} from "#compose/event-source-mapping/encode-event.ts";
import {
  encodedRecordBytes,
  recordPrefix,
} from "#compose/event-source-mapping/encode-record.ts";
import type { FetchedRecord } from "#compose/event-source-mapping/encode-record.ts";

/** A record as the Kafka client gives it, with what the test does not care about filled in. */
export function fetchedRecord(
  offset: number,
  fields: Partial<FetchedRecord> = {},
): FetchedRecord {
  return {
    offset: String(offset),
    timestamp: "1545084650987",
    key: null,
    value: Buffer.from("{}"),
    headers: {},
    ...fields,
  };
}

/** Of events with records of the topic `plays`. */
export const FORMAT = createEventFormat(
  { kind: "SelfManagedKafka", bootstrapServers: ["b:1"] },
  ["b:1"],
  "plays",
);

/** The bytes that a record of a partition of `plays` takes in an event, without a comma. */
export const measureRecord =
  (partition: number) =>
  (record: FetchedRecord): number =>
    encodedRecordBytes(recordPrefix("plays", partition), record);

/** Records of one partition, measured. */
export function slice(
  partition: number,
  records: readonly FetchedRecord[],
): PartitionSlice {
  const measure = measureRecord(partition);
  return {
    partition,
    records,
    encodedBytes: records.reduce(
      (bytes, record) => bytes + measure(record) + ",".length,
      -",".length,
    ),
  };
}

/** Records as `<partition>:<offset>`. */
export const namesOf = (
  slices: readonly Pick<PartitionSlice, "partition" | "records">[],
): string[] =>
  slices.flatMap(({ partition, records }) =>
    records.map(({ offset }) => `${partition}:${offset}`),
  );
