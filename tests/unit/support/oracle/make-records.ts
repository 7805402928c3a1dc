import type { OracleRecord } from "#tests/support/oracle/types.ts";

/** 2024-01-01T00:00:00Z in microseconds since the epoch, worked out by hand: 19723 days of 86400 seconds. */
export const NEW_YEAR_US = 1_704_067_200_000_000n;
export const MINUTE_US = 60_000_000n;

/** The time of every record unless told otherwise: 2024-01-01T00:06:00Z. */
const RECORD_TIME_MS = 1_704_067_560_000;

export const encodeJson = (json: unknown): Uint8Array =>
  Buffer.from(JSON.stringify(json));

/** An event id that is told apart by its number only. */
export const makeEventId = (number: number): string =>
  `018cc251-f400-7000-8000-${number.toString().padStart(12, "0")}`;

const PLAY = {
  event_id: makeEventId(1),
  user_id: 1,
  song_id: 1,
  artist_id: 1,
  album_id: 1,
  device_id: 1,
  location_id: 1,
  timestamp: "2024-01-01T00:00:00Z",
  stream_duration_seconds: 100,
  is_complete_play: false,
  is_skipped: false,
  is_liked: false,
  is_shared: false,
  is_added_to_playlist: false,
};

/** The JSON of a valid play with some of its fields replaced. */
export const makePlay = (
  fields: Readonly<Record<string, unknown>> = {},
): object => ({
  ...PLAY,
  ...fields,
});

/** A record of `stream-events`; a value that is not bytes is written as JSON. */
export const makePlayRecord = (
  offset: number,
  value: object | Uint8Array | null,
  { partition = 0, timestampMs = RECORD_TIME_MS } = {},
): OracleRecord => ({
  topic: "stream-events",
  partition,
  offset,
  timestampMs,
  key: null,
  value:
    value === null || value instanceof Uint8Array ? value : encodeJson(value),
});

/** A record of a dimension topic. */
export const makeDimensionRecord = (
  topic: string,
  offset: number,
  value: object,
  { timestampMs = RECORD_TIME_MS } = {},
): OracleRecord => ({
  topic,
  partition: 0,
  offset,
  timestampMs,
  key: null,
  value: encodeJson(value),
});

export const makeUser = (id: number): object => ({
  user_id: id,
  username: `user-${id}`,
  age: 30,
  gender: "female",
  subscription_type: "free",
  registration_date: "2023-05-01",
  country: "DE",
});

export const makeAlbum = (id: number, artistId: number): object => ({
  album_id: id,
  title: `album-${id}`,
  artist_id: artistId,
  release_date: "2020-02-29",
  total_tracks: 10,
  album_type: "album",
});

const makeSong = (id: number): object => ({
  song_id: id,
  title: `song-${id}`,
  duration_seconds: 180,
  release_date: "2020-02-29",
  genre: "jazz",
  language: "en",
  explicit: false,
});

/** Three users, songs, devices and locations, and two artists with an album each. */
export function makeCatalogue(): OracleRecord[] {
  const threeIds = [1, 2, 3];
  return [
    ...threeIds.map((id) => makeDimensionRecord("users", id, makeUser(id))),
    ...threeIds.map((id) => makeDimensionRecord("songs", id, makeSong(id))),
    ...threeIds.map((id) =>
      makeDimensionRecord("devices", id, {
        device_id: id,
        device_type: "phone",
        os: "Android",
        browser: "Firefox",
        app_version: "1.2.3",
      }),
    ),
    ...threeIds.map((id) =>
      makeDimensionRecord("locations", id, {
        location_id: id,
        country: "DE",
        region: "Hessen",
        city: "Kassel",
        timezone: "Europe/Berlin",
      }),
    ),
    ...[1, 2].map((id) =>
      makeDimensionRecord("artists", id, {
        artist_id: id,
        name: `artist-${id}`,
        country: "DE",
        genre: "jazz",
        is_band: true,
      }),
    ),
    ...[1, 2].map((id) => makeDimensionRecord("albums", id, makeAlbum(id, id))),
  ];
}
