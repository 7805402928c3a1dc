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
