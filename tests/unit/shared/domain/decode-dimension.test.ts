import { describe, expect, test } from "vitest";

import { decodeDimension } from "#shared/domain/decode-dimension.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const decode = (topic: string, key: string | null, value: unknown) =>
  decodeDimension({
    topic,
    key: key === null ? null : bytesOf(key),
    value:
      value === null
        ? null
        : bytesOf(typeof value === "string" ? value : JSON.stringify(value)),
  });

const NEW_YEAR_MICROS = 1_767_225_600_000_000;
const USER = { user_id: 7, username: "ada" };

describe("a dimension's record", () => {
  test.for([
    [
      "users",
      {
        user_id: 7,
        username: "ada",
        age: 36,
        gender: "female",
        subscription_type: "premium",
        registration_date: "2026-01-01T01:00:00+01:00",
        country: "GB",
      },
      {
        userId: 7,
        username: "ada",
        age: 36,
        gender: "female",
        subscriptionType: "premium",
        registrationDateMicros: NEW_YEAR_MICROS,
        country: "GB",
      },
    ],
    [
      "artists",
      {
        artist_id: 7,
        name: "The Gears",
        country: "GB",
        genre: "Rock",
        is_band: true,
      },
      {
        artistId: 7,
        name: "The Gears",
        country: "GB",
        genre: "Rock",
        isBand: true,
      },
    ],
    [
      "albums",
      {
        album_id: 7,
        title: "Notes",
        artist_id: 3,
        release_date: "2026-01-01",
        total_tracks: 9,
        album_type: "album",
      },
      {
        albumId: 7,
        title: "Notes",
        artistId: 3,
        releaseDateMicros: NEW_YEAR_MICROS,
        totalTracks: 9,
        albumType: "album",
      },
    ],
    [
      "songs",
      {
        song_id: 7,
        title: "Loop",
        duration_seconds: 200,
        release_date: "2026-01-01T00:00:00",
        genre: "Rock",
        language: "English",
        explicit: false,
      },
      {
        songId: 7,
        title: "Loop",
        durationSeconds: 200,
        releaseDateMicros: NEW_YEAR_MICROS,
        genre: "Rock",
        language: "English",
        explicit: false,
      },
    ],
    [
      "devices",
      {
        device_id: 7,
        device_type: "smartphone",
        os: "iOS",
        browser: "Safari",
        app_version: "1.2.3",
      },
      {
        deviceId: 7,
        deviceType: "smartphone",
        os: "iOS",
        browser: "Safari",
        appVersion: "1.2.3",
      },
    ],
    [
      "locations",
      {
        location_id: 7,
        country: "DE",
        region: "Bavaria",
        city: "Munich",
        timezone: "Europe/Berlin",
      },
      {
        locationId: 7,
        country: "DE",
        region: "Bavaria",
        city: "Munich",
        timezone: "Europe/Berlin",
      },
    ],
  ] as const)(
    "of %s is read into the names and units of the code",
    ([dimension, json, row]) => {
      expect(decode(dimension, "7", json)).toEqual({
        ok: true,
        value: { dimension, id: 7, row },
      });
    },
  );

  test.for([
    ["users", USER],
    ["artists", { artist_id: 7, name: "n" }],
    ["albums", { album_id: 7, title: "t", artist_id: 1 }],
    ["songs", { song_id: 7, title: "t" }],
    ["devices", { device_id: 7, device_type: "d" }],
    ["locations", { location_id: 7, country: "c" }],
  ] as const)("of %s has null for what is absent", ([dimension, json]) => {
    const decoded = decode(dimension, "7", json);

    const required = Object.keys(json).length;
    expect(
      decoded.ok &&
        Object.values(decoded.value.row ?? {}).filter((value) => value === null)
          .length,
    ).toBe(
      { users: 5, artists: 3, albums: 3, songs: 5, devices: 3, locations: 3 }[
        dimension
      ],
    );
    expect(
      decoded.ok &&
        Object.values(decoded.value.row ?? {}).filter(
          (value) => value !== null,
        ),
    ).toHaveLength(required);
  });

  test("without a value is a tombstone of its key", () => {
    expect(decode("songs", "12", null)).toEqual({
      ok: true,
      value: { dimension: "songs", id: 12, row: null },
    });
  });

  test("may hold null for what is not required, and fields that nobody knows", () => {
    expect(
      decode("users", "7", {
        ...USER,
        age: null,
        registration_date: null,
        shoe_size: 42,
      }),
    ).toEqual(decode("users", "7", USER));
  });
});

test("surrogate pairs count as text like any other", () => {
  expect(
    decode("users", "7", { ...USER, username: "🎵".repeat(500) }),
  ).toMatchObject({ ok: true });
});
