import { describe, expect, it } from "vitest";

import { readChartSource } from "#tests/support/oracle/charts/read-source.ts";
import {
  makeCatalogue,
  makeDimensionRecord,
  makeEventId,
  makePlay,
  makePlayRecord,
  makeUser,
} from "../make-records.ts";

const NEWER = { timestampMs: Date.parse("2024-01-02T00:00:00Z") };

describe("the plays", () => {
  it("are the facts: what is repeated or refers to nothing does not count", async () => {
    const { plays } = await readChartSource([
      ...makeCatalogue(),
      makePlayRecord(
        0,
        makePlay({
          song_id: 2,
          device_id: 3,
          artist_id: 2,
          timestamp: "2024-01-01T00:04:59.999999Z",
          is_skipped: true,
        }),
      ),
      makePlayRecord(1, makePlay({ event_id: makeEventId(2), user_id: 99 })),
      makePlayRecord(2, makePlay({ event_id: makeEventId(3) })),
      makePlayRecord(3, makePlay({ event_id: makeEventId(3) })),
      makePlayRecord(4, Buffer.from("{")),
    ]);

    const plain = {
      userId: 1,
      songId: 1,
      artistId: 1,
      deviceId: 1,
      locationId: 1,
      playedAtMs: Date.parse("2024-01-01T00:00:00Z"),
      listenSeconds: 100,
      isCompletePlay: false,
      isSkipped: false,
      isLiked: false,
    };
    expect(plays).toEqual([
      {
        ...plain,
        songId: 2,
        artistId: 2,
        deviceId: 3,
        playedAtMs: Date.parse("2024-01-01T00:04:59.999Z"),
        isSkipped: true,
      },
      plain,
    ]);
  });
});

describe("the catalogue", () => {
  it("has what charts name things by", async () => {
    const { catalogue } = await readChartSource(makeCatalogue());

    expect(catalogue.users.get(1)).toMatchObject({
      subscription_type: "free",
      age: 30,
    });
    expect(catalogue.songs.get(1)).toMatchObject({
      title: "song-1",
      genre: "jazz",
    });
    expect(catalogue.artists.get(1)).toMatchObject({ name: "artist-1" });
    expect(catalogue.devices.get(1)).toMatchObject({
      device_type: "phone",
      os: "Android",
    });
    expect(catalogue.locations.get(1)).toMatchObject({
      country: "DE",
      region: "Hessen",
      city: "Kassel",
    });
  });

  it("has the newest version, in whatever order they are read, with nothing left of the older one", async () => {
    const versions = [
      makeDimensionRecord("users", 1, makeUser(1)),
      makeDimensionRecord("users", 2, { user_id: 1, username: "u" }, NEWER),
    ];

    for (const records of [versions, versions.toReversed()]) {
      const { catalogue } = await readChartSource(records);
      expect(catalogue.users.get(1)).toMatchObject({
        username: "u",
        subscription_type: null,
        age: null,
      });
    }
  });

  it("has the version that is further on in the topic, of two of one millisecond", async () => {
    const versions = [
      makeDimensionRecord("users", 2, { user_id: 1, username: "second" }),
      makeDimensionRecord("users", 1, { user_id: 1, username: "first" }),
    ];

    for (const records of [versions, versions.toReversed()]) {
      const { catalogue } = await readChartSource(records);
      expect(catalogue.users.get(1)).toMatchObject({ username: "second" });
    }
  });

  it("keeps the last version where a newer record is none", async () => {
    const { catalogue } = await readChartSource([
      makeDimensionRecord("users", 1, makeUser(1)),
      makeDimensionRecord("users", 2, { user_id: 1 }, NEWER),
    ]);

    expect(catalogue.users.get(1)).toMatchObject({ username: "user-1" });
  });

  it("has nothing of a user whose newest version is a tombstone, and all of another dimension's row", async () => {
    const { catalogue } = await readChartSource([
      makeDimensionRecord("users", 1, makeUser(1)),
      {
        ...makeDimensionRecord("users", 2, makeUser(1), NEWER),
        key: Buffer.from("1"),
        value: null,
      },
      makeDimensionRecord("artists", 1, { artist_id: 1, name: "Bo" }),
      {
        ...makeDimensionRecord("artists", 2, { artist_id: 1 }, NEWER),
        key: Buffer.from("1"),
        value: null,
      },
    ]);

    expect(catalogue.users.get(1)).toEqual({
      username: null,
      subscription_type: null,
      age: null,
    });
    expect(catalogue.artists.get(1)).toMatchObject({ name: "Bo" });
  });
});
