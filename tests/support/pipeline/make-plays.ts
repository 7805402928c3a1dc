import { createCatalogue } from "#shared/domain/catalogue/catalogue.ts";
import type { CatalogueSizes } from "#shared/domain/catalogue/sizes.ts";
import { planPlays } from "#shared/domain/plays/plan-plays.ts";
import { parseTimestamp } from "#shared/domain/timestamp.ts";
import type { MixInRates } from "#shared/domain/plays/mix-ins.ts";
import type { OutgoingRecord } from "./topic-client.ts";

/** Small, so that every window has repeated users, songs and places. */
export const SIZES: CatalogueSizes = {
  users: 100,
  artists: 20,
  albums: 30,
  songs: 100,
  devices: 10,
  locations: 20,
};

export const SEED = 1;

/** Fields of a play by their JSON names; what is given replaces a valid value, `undefined` leaves the field out. */
export type PlayFields = Readonly<Record<string, unknown>>;

/** The JSON of a play by hand: valid, at noon of 2026-03-01, unless the fields say otherwise. */
export function makePlayJson(fields: PlayFields = {}): string {
  return JSON.stringify({
    event_id: crypto.randomUUID(),
    user_id: 1,
    song_id: 1,
    artist_id: 1,
    album_id: 1,
    device_id: 1,
    location_id: 1,
    timestamp: "2026-03-01T12:00:00Z",
    stream_duration_seconds: 180,
    is_complete_play: true,
    is_skipped: false,
    is_liked: false,
    is_shared: false,
    is_added_to_playlist: false,
    ...fields,
  });
}

/** A record with a play by hand; the key decides the partition unless one is given. */
export function makePlayRecord(
  fields: PlayFields = {},
  partition?: number,
): OutgoingRecord {
  return {
    key: crypto.randomUUID(),
    value: makePlayJson(fields),
    ...(partition === undefined ? {} : { partition }),
  };
}

/** Plays of the producer over [from, to) (RFC 3339), duplicates behind their originals as it sends them. */
export function planRecords({
  from,
  to,
  count,
  mixIns = {},
}: {
  readonly from: string;
  readonly to: string;
  readonly count: number;
  readonly mixIns?: Partial<MixInRates>;
}): OutgoingRecord[] {
  const plan = {
    fromMicros: readTime(from),
    toMicros: readTime(to),
    count,
    mixIns,
  };
  const records: OutgoingRecord[] = [];
  for (const { key, value, isDuplicate } of planPlays(
    createCatalogue(SEED, SIZES),
    plan,
  )) {
    records.push({ key, value });
    if (isDuplicate) records.push({ key, value });
  }
  return records;
}

function readTime(text: string): number {
  const micros = parseTimestamp(text);
  if (micros === undefined) throw new RangeError(`${text} is no timestamp.`);
  return micros;
}
