import { describe, expect, it } from "vitest";

import { expectTables } from "#tests/support/oracle/expect-tables.ts";
import type { OracleRecord } from "#tests/support/oracle/types.ts";

import {
  makeAlbum,
  makeCatalogue,
  makeDimensionRecord,
  makeEventId,
  makePlay,
  makePlayRecord,
  makeUser,
} from "./make-records.ts";

/** The outcomes of plays over the usual catalogue, by position. */
async function judge(records: readonly OracleRecord[]): Promise<string[]> {
  const { outcomes } = await expectTables([...makeCatalogue(), ...records]);
  return outcomes.map(
    ({ partition, offset, outcome }) => `${partition}:${offset} ${outcome}`,
  );
}

describe("the outcome of a play", () => {
  it("is counted by name", async () => {
    const records = [
      makePlayRecord(0, makePlay()),
      makePlayRecord(1, makePlay()),
      makePlayRecord(2, makePlay({ user_id: 2 })),
      makePlayRecord(3, null),
      makePlayRecord(4, {}),
      makePlayRecord(5, makePlay({ event_id: makeEventId(5), user_id: 99 })),
      makePlayRecord(
        6,
        makePlay({
          event_id: makeEventId(6),
          timestamp: "2099-01-01T00:00:00Z",
        }),
      ),
      makePlayRecord(7, makePlay({ event_id: makeEventId(7) })),
    ];

    const { outcomeCounts, outcomes } = await expectTables([
      ...makeCatalogue(),
      ...records,
    ]);

    expect(outcomeCounts).toEqual({
      accepted: 2,
      duplicate: 1,
      "rejected:conflicting_duplicate": 1,
      "rejected:malformed_json": 1,
      "rejected:invalid_schema": 1,
      "rejected:unknown_reference": 1,
      "rejected:future_timestamp": 1,
      "rejected:older_than_retention": 0,
    });
    expect(outcomes[3]).toEqual({
      partition: 0,
      offset: 3,
      eventId: null,
      outcome: "rejected:malformed_json",
    });
    expect(outcomes[7]).toEqual({
      partition: 0,
      offset: 7,
      eventId: makeEventId(7),
      outcome: "accepted",
    });
  });

  it("is a duplicate where only the writing differs", async () => {
    const again = makePlay({
      event_id: makeEventId(1).toUpperCase(),
      timestamp: "2024-01-01 01:00:00.0000004+01:00",
      mood: "calm",
    });

    expect(
      await judge([makePlayRecord(0, makePlay()), makePlayRecord(1, again)]),
    ).toEqual(["0:0 accepted", "0:1 duplicate"]);
  });

  it.each([
    { user_id: 2 },
    { song_id: 2 },
    { artist_id: 2 },
    { album_id: 2 },
    { device_id: 2 },
    { location_id: 2 },
    { timestamp: "2024-01-01T00:00:00.000001Z" },
    { stream_duration_seconds: 101 },
    { is_complete_play: true },
    { is_skipped: true },
    { is_liked: true },
    { is_shared: true },
    { is_added_to_playlist: true },
  ])("is a conflict where the same id comes with %j", async (fields) => {
    const records = [
      makePlayRecord(0, makePlay()),
      makePlayRecord(1, makePlay(fields)),
    ];

    expect(await judge(records)).toEqual([
      "0:0 accepted",
      "0:1 rejected:conflicting_duplicate",
    ]);
  });

  it("depends on partition and offset, not on the order of reading", async () => {
    const records = [
      makePlayRecord(0, makePlay(), { partition: 2 }),
      makePlayRecord(10, makePlay(), { partition: 1 }),
      makePlayRecord(9, makePlay(), { partition: 1 }),
    ];

    expect(await judge(records)).toEqual([
      "1:9 accepted",
      "1:10 duplicate",
      "2:0 duplicate",
    ]);
  });

  it("is future only strictly more than 5 minutes after the record's own time", async () => {
    const timestampMs = Date.parse("2024-01-01T00:00:00.123Z");
    const records = ["00:05:00.123Z", "00:05:00.123001Z"].map((time, offset) =>
      makePlayRecord(
        offset,
        makePlay({
          event_id: makeEventId(offset),
          timestamp: `2024-01-01T${time}`,
        }),
        { timestampMs },
      ),
    );

    expect(await judge(records)).toEqual([
      "0:0 accepted",
      "0:1 rejected:future_timestamp",
    ]);
  });

  it("is future before it is an unknown reference", async () => {
    const play = makePlay({ user_id: 99, timestamp: "2099-01-01T00:00:00Z" });

    expect(await judge([makePlayRecord(0, play)])).toEqual([
      "0:0 rejected:future_timestamp",
    ]);
  });

  it("is a duplicate before it is future", async () => {
    const records = [
      makePlayRecord(0, makePlay()),
      makePlayRecord(1, makePlay(), { timestampMs: 0 }),
    ];

    expect(await judge(records)).toEqual(["0:0 accepted", "0:1 duplicate"]);
  });

  it("is a conflict before it is an unknown reference", async () => {
    const records = [
      makePlayRecord(0, makePlay()),
      makePlayRecord(1, makePlay({ user_id: 99 })),
    ];

    expect(await judge(records)).toEqual([
      "0:0 accepted",
      "0:1 rejected:conflicting_duplicate",
    ]);
  });

  it("is not taken from a valid play by a rejected one of the same id before it", async () => {
    const records = [
      makePlayRecord(0, makePlay(), { timestampMs: 0 }),
      makePlayRecord(1, makePlay({ user_id: 99 })),
      makePlayRecord(2, makePlay()),
      makePlayRecord(3, makePlay()),
    ];

    expect(await judge(records)).toEqual([
      "0:0 rejected:future_timestamp",
      "0:1 rejected:unknown_reference",
      "0:2 accepted",
      "0:3 duplicate",
    ]);
  });
});

describe("a reference", () => {
  it.each([
    "user_id",
    "song_id",
    "artist_id",
    "album_id",
    "device_id",
    "location_id",
  ])("is checked for %s", async (name) => {
    expect(await judge([makePlayRecord(0, makePlay({ [name]: 99 }))])).toEqual([
      "0:0 rejected:unknown_reference",
    ]);
  });

  it("holds after a tombstone", async () => {
    const tombstone = {
      ...makeDimensionRecord("users", 9, {}),
      key: Buffer.from("1"),
      value: null,
    };

    expect(await judge([tombstone, makePlayRecord(0, makePlay())])).toEqual([
      "0:0 accepted",
    ]);
  });

  it("holds wherever the dimension record was read", async () => {
    const records = [
      makePlayRecord(0, makePlay({ user_id: 99 })),
      makeDimensionRecord("users", 99, makeUser(99)),
    ];

    expect(await judge(records)).toEqual(["0:0 accepted"]);
  });

  it.each([
    ["without its name", { username: undefined }],
    ["with a text as its age", { age: "30" }],
    ["with U+0000 in its name", { username: "a\0b" }],
    ["registered on a day that never was", { registration_date: "2023-02-29" }],
  ])("does not hold for a user %s", async (_, fields) => {
    const user = makeDimensionRecord("users", 99, {
      ...makeUser(99),
      ...fields,
    });

    expect(
      await judge([user, makePlayRecord(0, makePlay({ user_id: 99 }))]),
    ).toEqual(["0:0 rejected:unknown_reference"]);
  });

  it("does not hold for an id of another topic", async () => {
    const user = makeDimensionRecord("users", 99, makeUser(99));

    expect(
      await judge([user, makePlayRecord(0, makePlay({ song_id: 99 }))]),
    ).toEqual(["0:0 rejected:unknown_reference"]);
  });

  it("does not hold for an album that waits for its artist", async () => {
    const album = makeDimensionRecord("albums", 50, makeAlbum(50, 99));
    const play = makePlayRecord(0, makePlay({ album_id: 50 }));

    expect(await judge([album, play])).toEqual([
      "0:0 rejected:unknown_reference",
    ]);
  });

  it("holds for an album of which any version has a known artist", async () => {
    const albums = [1, 99].map((artistId, offset) =>
      makeDimensionRecord("albums", 50 + offset, makeAlbum(50, artistId)),
    );
    const play = makePlayRecord(0, makePlay({ album_id: 50 }));

    expect(await judge([...albums, play])).toEqual(["0:0 accepted"]);
  });
});

describe("ids that come more than once", () => {
  it("are named where several payloads could become the fact", async () => {
    const { conflictingIds } = await expectTables([
      ...makeCatalogue(),
      makePlayRecord(0, makePlay()),
      makePlayRecord(1, makePlay({ user_id: 2 })),
      makePlayRecord(2, makePlay({ event_id: makeEventId(2) })),
      makePlayRecord(3, makePlay({ event_id: makeEventId(2) })),
      makePlayRecord(4, makePlay({ event_id: makeEventId(3) })),
      makePlayRecord(5, makePlay({ event_id: makeEventId(3), user_id: 99 })),
    ]);

    expect(conflictingIds).toEqual([makeEventId(1)]);
  });

  it("are named where their outcomes depend on the order of processing", async () => {
    const { orderDependentIds } = await expectTables([
      ...makeCatalogue(),
      makePlayRecord(0, makePlay()),
      makePlayRecord(1, makePlay({ user_id: 99 })),
      makePlayRecord(2, makePlay({ event_id: makeEventId(2) })),
      makePlayRecord(2, makePlay({ event_id: makeEventId(2) }), {
        partition: 1,
      }),
      makePlayRecord(4, makePlay({ event_id: makeEventId(3) })),
      makePlayRecord(5, makePlay({ event_id: makeEventId(3) })),
    ]);

    expect(orderDependentIds).toEqual([makeEventId(1), makeEventId(2)]);
  });
});
