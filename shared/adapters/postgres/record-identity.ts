import { createHash } from "node:crypto";

import type { KafkaRecord } from "#shared/domain/record.ts";
import { nearestMicros } from "#shared/domain/redrive-headers.ts";

/**
 * SHA-256 of key and value. Lengths come first: no key and value run into another pair, and no value differs from an
 * empty one.
 */
export function hashPayload({ key, value }: KafkaRecord): Buffer {
  const hash = createHash("sha256");
  for (const bytes of [key, value]) {
    hash.update(`${bytes === null ? -1 : bytes.length}:`);
    if (bytes !== null) hash.update(bytes);
  }
  return hash.digest();
}

/** A record's time in milliseconds, moved into the calendar: a producer's clock may say anything, and Postgres' calendar ends. */
export function toCalendarMs(timestampMs: number): number {
  return Math.trunc(nearestMicros(timestampMs) / 1000);
}
