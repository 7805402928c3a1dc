import { createHash } from "node:crypto";

import { formatEventId } from "#shared/domain/plays/event-id.ts";
import { formatTimestamp, parseTimestamp } from "#shared/domain/timestamp.ts";
import type { OutgoingRecord } from "#shared/ports/record-publisher.ts";

export const ID_ORDERS = ["time-ordered", "random"] as const;
/** UUIDv7, which the producer makes: neighbours in time are neighbours in the index; or UUIDv4: anywhere in it. */
export type IdOrder = (typeof ID_ORDERS)[number];

/** What a backlog has that the producer does not make. */
export interface PlayShape {
  readonly ids: IdOrder;
  /** Share of the plays, 0 to 1, that happened an hour to three days before their neighbours. */
  readonly lateShare: number;
}

export const PLAIN_PLAYS: PlayShape = { ids: "time-ordered", lateShare: 0 };

const MICROS_PER_HOUR = 3600 * 1_000_000;
const LEAST_DELAY_MICROS = MICROS_PER_HOUR;
export const MOST_DELAY_HOURS = 72;
const MOST_DELAY_MICROS = MOST_DELAY_HOURS * MICROS_PER_HOUR;
const UNITS = 2 ** 32;

/**
 * Gives a produced play the shape; a pure function of the play, whose key is its `event_id`. A late play has the id that it
 * would have had at its time. Throws where the record is not a well-formed play.
 */
export function shapePlay(
  record: OutgoingRecord,
  { ids, lateShare }: PlayShape,
): OutgoingRecord {
  const { key, value } = record;
  if (typeof key !== "string" || typeof value !== "string")
    throw new TypeError(
      "Only a play whose key and value are text can be given a shape; mix no malformed plays into this backlog.",
    );
  // From the id, so that the same backlog comes out of every run.
  const draws = createHash("sha256").update(key).digest();
  const isLate = draws.readUInt32BE(0) < lateShare * UNITS;
  if (!isLate && ids === "time-ordered") return record;

  const micros = readMicros(value);
  const delayMicros = isLate
    ? LEAST_DELAY_MICROS +
      Math.floor(
        (draws.readUInt32BE(4) / UNITS) *
          (MOST_DELAY_MICROS - LEAST_DELAY_MICROS),
      )
    : 0;
  const eventMicros = micros - delayMicros;
  const eventId =
    ids === "random"
      ? formatRandomId(draws.subarray(16))
      : formatEventId(
          Math.floor(eventMicros / 1000),
          draws.readUInt32BE(8),
          draws.readUInt32BE(12),
        );
  return {
    ...record,
    key: eventId,
    value: value
      .replace(`"event_id":"${key}"`, `"event_id":"${eventId}"`)
      .replace(TIMESTAMP, `"timestamp":"${formatTimestamp(eventMicros)}"`),
  };
}

const TIMESTAMP = /"timestamp":"([^"]+)"/;

function readMicros(value: string): number {
  const micros = parseTimestamp(TIMESTAMP.exec(value)?.[1] ?? "");
  if (micros === undefined)
    throw new TypeError(`The play has no time that can be read: ${value}`);
  return micros;
}

/** A UUIDv4 out of 16 bytes. */
function formatRandomId(bytes: Uint8Array): string {
  const id = Buffer.from(bytes);
  id[6] = 0x40 | ((id[6] ?? 0) & 0x0f);
  id[8] = 0x80 | ((id[8] ?? 0) & 0x3f);
  const hex = id.toString("hex");
  return [
    hex.slice(0, 8),
    hex.slice(8, 12),
    hex.slice(12, 16),
    hex.slice(16, 20),
    hex.slice(20),
  ].join("-");
}
