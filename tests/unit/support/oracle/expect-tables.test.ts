import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";

import { expectTables } from "#tests/support/oracle/expect-tables.ts";
import type { ExpectedTables } from "#tests/support/oracle/types.ts";

import {
  makeCatalogue,
  makeEventId,
  makePlay,
  makePlayRecord,
  MINUTE_US,
  NEW_YEAR_US,
} from "./make-records.ts";

const FIRST_WINDOW = NEW_YEAR_US;
const SECOND_WINDOW = NEW_YEAR_US + 5n * MINUTE_US;

const RECORDS = [
  ...makeCatalogue(),
  makePlayRecord(0, makePlay({ is_complete_play: true, is_liked: true })),
  makePlayRecord(
    1,
    makePlay({
      event_id: makeEventId(2),
      song_id: 2,
      device_id: 2,
      timestamp: "2024-01-01T00:01:00Z",
      stream_duration_seconds: 30,
      is_skipped: true,
    }),
  ),
  makePlayRecord(
    0,
    makePlay({
      event_id: makeEventId(3),
      user_id: 2,
      timestamp: "2024-01-01T00:04:59.999999Z",
      stream_duration_seconds: 20,
      is_skipped: true,
      is_shared: true,
    }),
    { partition: 1 },
  ),
  makePlayRecord(
    1,
    makePlay({
      event_id: makeEventId(4),
      location_id: 2,
      timestamp: "2024-01-01T00:05:00Z",
      stream_duration_seconds: 7,
      is_complete_play: true,
      is_added_to_playlist: true,
    }),
    { partition: 1 },
  ),
];

describe("the tables of four plays in two windows", () => {
  let tables: ExpectedTables;

  beforeAll(async () => {
    tables = await expectTables(RECORDS);
  });

  it("sums and rates the plays of each user", () => {
    expect(tables.userEngagement).toEqual([
      {
        time_window: FIRST_WINDOW,
        user_id: 1,
        stream_count: 2n,
        total_listen_time: 130n,
        avg_listen_time: 65,
        skip_rate: 0.5,
        like_rate: 0.5,
        share_rate: 0,
        playlist_add_rate: 0,
      },
      {
        time_window: FIRST_WINDOW,
        user_id: 2,
        stream_count: 1n,
        total_listen_time: 20n,
        avg_listen_time: 20,
        skip_rate: 1,
        like_rate: 0,
        share_rate: 1,
        playlist_add_rate: 0,
      },
      {
        time_window: SECOND_WINDOW,
        user_id: 1,
        stream_count: 1n,
        total_listen_time: 7n,
        avg_listen_time: 7,
        skip_rate: 0,
        like_rate: 0,
        share_rate: 0,
        playlist_add_rate: 1,
      },
    ]);
  });

  it("rates the plays of each song", () => {
    const artist = { artist_id: 1 };
    expect(tables.contentPerformance).toEqual([
      {
        time_window: FIRST_WINDOW,
        song_id: 1,
        ...artist,
        stream_count: 2n,
        completion_rate: 0.5,
        skip_rate: 0.5,
        like_rate: 0.5,
      },
      {
        time_window: FIRST_WINDOW,
        song_id: 2,
        ...artist,
        stream_count: 1n,
        completion_rate: 0,
        skip_rate: 1,
        like_rate: 0,
      },
      {
        time_window: SECOND_WINDOW,
        song_id: 1,
        ...artist,
        stream_count: 1n,
        completion_rate: 1,
        skip_rate: 0,
        like_rate: 0,
      },
    ]);
  });

  it("averages the plays of each device", () => {
    expect(tables.device).toEqual([
      {
        time_window: FIRST_WINDOW,
        device_id: 1,
        stream_count: 2n,
        avg_listen_time: 60,
        completion_rate: 0.5,
      },
      {
        time_window: FIRST_WINDOW,
        device_id: 2,
        stream_count: 1n,
        avg_listen_time: 30,
        completion_rate: 0,
      },
      {
        time_window: SECOND_WINDOW,
        device_id: 1,
        stream_count: 1n,
        avg_listen_time: 7,
        completion_rate: 1,
      },
    ]);
  });

  it("counts each location's users and songs once", () => {
    expect(tables.location).toEqual([
      {
        time_window: FIRST_WINDOW,
        location_id: 1,
        stream_count: 3n,
        unique_users: 2n,
        unique_songs: 2n,
      },
      {
        time_window: SECOND_WINDOW,
        location_id: 2,
        stream_count: 1n,
        unique_users: 1n,
        unique_songs: 1n,
      },
    ]);
  });

  it("sums up the hour", () => {
    expect(tables.hourly).toEqual([
      {
        time_window: FIRST_WINDOW,
        stream_count: 4n,
        unique_users: 2n,
        unique_songs: 2n,
        unique_artists: 1n,
        total_listen_time: 157n,
        avg_listen_time: 39.25,
        skip_rate: 0.5,
        like_rate: 0.25,
      },
    ]);
  });

  it("gives the plays as facts under the table's column names", () => {
    expect(tables.facts).toHaveLength(4);
    expect(tables.facts[3]).toEqual({
      event_id: "018cc251-f400-7000-8000-000000000004",
      user_id: 1,
      song_id: 1,
      artist_id: 1,
      album_id: 1,
      device_id: 1,
      location_id: 2,
      timestamp: SECOND_WINDOW,
      stream_duration_seconds: 7,
      is_complete_play: true,
      is_skipped: false,
      is_liked: false,
      is_shared: false,
      is_added_to_playlist: true,
    });
  });
});

describe("expectTables", () => {
  it("gives the same for the records in any order", async () => {
    const expected = await expectTables(RECORDS);
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(RECORDS, { minLength: RECORDS.length }),
        async (records) => {
          expect(await expectTables(records)).toEqual(expected);
        },
      ),
      { numRuns: 10 },
    );
  });

  it("gives empty tables for no records", async () => {
    const tables = await expectTables([]);

    expect(tables).toMatchObject({
      userEngagement: [],
      hourly: [],
      facts: [],
      outcomes: [],
    });
  });

  it("adds seconds beyond the range of 32 bits exactly", async () => {
    const plays = [0, 1, 2].map((offset) =>
      makePlayRecord(
        offset,
        makePlay({
          event_id: makeEventId(offset),
          stream_duration_seconds: 2_147_483_647,
        }),
      ),
    );

    const tables = await expectTables([...makeCatalogue(), ...plays]);

    expect(tables.hourly[0]?.["total_listen_time"]).toBe(6_442_450_941n);
    expect(tables.hourly[0]?.["avg_listen_time"]).toBe(2_147_483_647);
  });

  it("loads more plays than one chunk of rows holds", async () => {
    const plays = Array.from({ length: 5000 }, (_, offset) =>
      makePlayRecord(offset, makePlay({ event_id: makeEventId(offset) })),
    );

    const tables = await expectTables([...makeCatalogue(), ...plays]);

    expect(tables.hourly[0]?.["stream_count"]).toBe(5000n);
    expect(tables.outcomeCounts.accepted).toBe(5000);
  });

  it("refuses a topic that is none of the seven", async () => {
    const record = {
      ...makePlayRecord(0, makePlay()),
      topic: "dead-letter-queue",
    };

    await expect(expectTables([record])).rejects.toThrow(
      'no topic "dead-letter-queue"',
    );
  });

  it("refuses a position that was read twice", async () => {
    const records = [makePlayRecord(7, makePlay()), makePlayRecord(7, null)];

    await expect(expectTables(records)).rejects.toThrow(
      "stream-events 0:7 was given twice",
    );
  });

  it.each([0, -1, 1.5, Number.NaN])(
    "refuses a window of %d ms",
    async (minuteWindowMs) => {
      await expect(expectTables([], { minuteWindowMs })).rejects.toThrow(
        "minuteWindowMs is",
      );
    },
  );
});
