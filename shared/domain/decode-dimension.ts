import { PipelineError } from "#shared/errors.ts";

import { describeViolation } from "./compile-schema.ts";
import { type Decoded, invalidSchema, type Undecodable } from "./decoded.ts";
import { dimensionValidators as validators } from "./dimension-json.ts";
import type { DimensionRecord } from "./dimension-records.ts";
import { decodeUtf8, parseJson } from "./parse-json.ts";
import type { KafkaRecord } from "./record.ts";
import { parseTimestamp } from "./timestamp.ts";
import { type Dimension, DIMENSIONS } from "./topics.ts";

/**
 * Reads a record of one of the six dimension topics, named by `record.topic`; no value is a tombstone, and the
 * record's key must be the id as text.
 *
 * @throws PipelineError `unknown_dimension` for a record of another topic
 */
export function decodeDimension(
  record: Pick<KafkaRecord, "topic" | "key" | "value">,
): Decoded<DimensionRecord> {
  const dimension = DIMENSIONS.find((name) => name === record.topic);
  if (dimension === undefined) {
    throw new PipelineError(
      `The topic "${record.topic}" is no dimension; expected one of ${DIMENSIONS.join(", ")}. Check the mapping's topic.`,
      { code: "unknown_dimension", domain: "internal" },
    );
  }
  const id = readId(record.key);
  if (id === undefined)
    return invalidSchema(
      "key",
      "expected an id from 1 to 2147483647 as decimal text",
    );
  if (record.value === null)
    return { ok: true, value: { dimension, id, row: null } };
  const parsed = parseJson(record.value);
  if (!parsed.ok) return parsed;
  const decoded = readRow(dimension, parsed.value);
  if (!decoded.ok || decoded.value.id === id) return decoded;
  return invalidSchema("key", "expected the id that the value holds");
}

/** The row with the id it holds itself. */
function readRow(
  dimension: Dimension,
  json: unknown,
): Decoded<DimensionRecord> {
  switch (dimension) {
    case "users": {
      if (!validators.users(json)) return describeViolation(validators.users);
      const registrationDateMicros = readDay(json.registration_date);
      if (Number.isNaN(registrationDateMicros))
        return unreadableDay("/registration_date");
      const row = {
        userId: json.user_id,
        username: json.username,
        age: json.age ?? null,
        gender: json.gender ?? null,
        subscriptionType: json.subscription_type ?? null,
        registrationDateMicros,
        country: json.country ?? null,
      };
      return { ok: true, value: { dimension, id: row.userId, row } };
    }
    case "artists": {
      if (!validators.artists(json))
        return describeViolation(validators.artists);
      const row = {
        artistId: json.artist_id,
        name: json.name,
        country: json.country ?? null,
        genre: json.genre ?? null,
        isBand: json.is_band ?? null,
      };
      return { ok: true, value: { dimension, id: row.artistId, row } };
    }
    case "albums": {
      if (!validators.albums(json)) return describeViolation(validators.albums);
      const releaseDateMicros = readDay(json.release_date);
      if (Number.isNaN(releaseDateMicros))
        return unreadableDay("/release_date");
      const row = {
        albumId: json.album_id,
        title: json.title,
        artistId: json.artist_id,
        releaseDateMicros,
        totalTracks: json.total_tracks ?? null,
        albumType: json.album_type ?? null,
      };
      return { ok: true, value: { dimension, id: row.albumId, row } };
    }
    case "songs": {
      if (!validators.songs(json)) return describeViolation(validators.songs);
      const releaseDateMicros = readDay(json.release_date);
      if (Number.isNaN(releaseDateMicros))
        return unreadableDay("/release_date");
      const row = {
        songId: json.song_id,
        title: json.title,
        durationSeconds: json.duration_seconds ?? null,
        releaseDateMicros,
        genre: json.genre ?? null,
        language: json.language ?? null,
        explicit: json.explicit ?? null,
      };
      return { ok: true, value: { dimension, id: row.songId, row } };
    }
    case "devices": {
      if (!validators.devices(json))
        return describeViolation(validators.devices);
      const row = {
        deviceId: json.device_id,
        deviceType: json.device_type,
        os: json.os ?? null,
        browser: json.browser ?? null,
        appVersion: json.app_version ?? null,
      };
      return { ok: true, value: { dimension, id: row.deviceId, row } };
    }
    case "locations": {
      if (!validators.locations(json))
        return describeViolation(validators.locations);
      const row = {
        locationId: json.location_id,
        country: json.country,
        region: json.region ?? null,
        city: json.city ?? null,
        timezone: json.timezone ?? null,
      };
      return { ok: true, value: { dimension, id: row.locationId, row } };
    }
    default:
      return dimension satisfies never;
  }
}

/** The id that a record's key writes in plain decimal digits. */
function readId(key: Uint8Array | null): number | undefined {
  const text = key === null ? undefined : decodeUtf8(key);
  if (text === undefined || !/^[1-9]\d{0,9}$/.test(text)) return undefined;
  const id = Number(text);
  return id <= 2_147_483_647 ? id : undefined;
}

/** `YYYY-MM-DD` (its midnight in UTC) or RFC 3339 as microseconds; NaN for other text, `null` for none. */
function readDay(text: string | null | undefined): number | null {
  if (text === null || text === undefined) return null;
  return (
    parseTimestamp(text.length === 10 ? `${text}T00:00:00Z` : text) ??
    Number.NaN
  );
}

function unreadableDay(path: string): Undecodable {
  return invalidSchema(
    path,
    "expected a date as YYYY-MM-DD or an RFC 3339 timestamp, or null",
  );
}
