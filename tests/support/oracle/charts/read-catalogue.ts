import {
  decodeDimension,
  type Attributes,
} from "#tests/support/oracle/decode-dimension.ts";
import type { OracleRecord } from "#tests/support/oracle/types.ts";
import type { Catalogue, Dimension } from "./types.ts";

/** By the broker's time; within a millisecond by position. */
const isNewer = (left: OracleRecord, right: OracleRecord): boolean =>
  left.timestampMs !== right.timestampMs
    ? left.timestampMs > right.timestampMs
    : left.partition !== right.partition
      ? left.partition > right.partition
      : left.offset > right.offset;

/** What is left of a user who is forgotten. */
const FORGOTTEN: Attributes = {
  username: null,
  subscription_type: null,
  age: null,
};

/** A tombstone ends a row but takes nothing from it, as plays go on referring to it; but a user's is a wish to be forgotten. */
function decodeVersion({
  topic,
  key,
  value,
}: OracleRecord): { id: number; attributes: Attributes } | undefined {
  if (value !== null) return decodeDimension(topic, value);
  const id = Number(new TextDecoder().decode(key ?? new Uint8Array()));
  return topic === "users" && id > 0
    ? { id, attributes: FORGOTTEN }
    : undefined;
}

function readDimension(
  records: readonly OracleRecord[],
  topic: string,
): Dimension {
  const newest = new Map<
    number,
    { record: OracleRecord; attributes: Attributes }
  >();
  for (const record of records) {
    if (record.topic !== topic) continue;
    const decoded = decodeVersion(record);
    if (decoded === undefined) continue;
    const { id, attributes } = decoded;
    const known = newest.get(id);
    if (known === undefined || isNewer(record, known.record))
      newest.set(id, { record, attributes });
  }
  return new Map(
    [...newest].map(([id, { attributes }]) => [id, attributes] as const),
  );
}

/** Reads the newest valid version of each dimension row from the records of all topics, in any order. */
export const readCatalogue = (records: readonly OracleRecord[]): Catalogue => ({
  users: readDimension(records, "users"),
  artists: readDimension(records, "artists"),
  songs: readDimension(records, "songs"),
  devices: readDimension(records, "devices"),
  locations: readDimension(records, "locations"),
});
