import { describe, expect, test } from "vitest";

import { closeAt } from "#tests/support/rows/close-at.ts";
import { copyFacts, insertFacts } from "#tests/support/rows/insert-facts.ts";
import { eventIdOf, makePlay } from "#tests/support/rows/make-play.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const WAYS = [
  ["inserted", insertFacts],
  ["copied", copyFacts],
] as const;

describe("plays that may be facts already: those are counted that are really inserted", () => {
  test("an id that comes twice is counted once, the first by partition and offset", async () => {
    const inserted = await insertFacts(await database.connect("ingest"), [
      { id: 1, partition: 3, offset: 1, userId: 3 },
      { id: 1, partition: 2, offset: 9, userId: 2 },
      { id: 1, partition: 2, offset: 10, userId: 4 },
    ]);

    expect(inserted).toMatchObject({
      notInserted: [0, 2],
      late: [],
    });
    expect(await database.rows("select user_id from stream_events")).toEqual([
      { user_id: 2 },
    ]);
    expect(
      await database.rows(
        "select user_id, stream_count from user_engagement_partial_rows",
      ),
    ).toEqual([{ user_id: 2, stream_count: 1 }]);
  });

  test("what is a fact already adds nothing", async () => {
    const ingest = await database.connect("ingest");
    await insertFacts(ingest, [{ id: 1 }, { id: 2 }]);

    const inserted = await insertFacts(ingest, [{ id: 2 }, { id: 3 }]);

    expect(inserted.notInserted).toEqual([0]);
    expect(
      await database.rows(
        "select stream_count from hourly_partials order by 1",
      ),
    ).toEqual([{ stream_count: 1 }, { stream_count: 2 }]);
  });

  test("a play that is left out is neither inserted nor named", async () => {
    const inserted = await insertFacts(
      await database.connect("ingest"),
      [{ id: 1 }, { id: 2 }],
      [1],
    );

    expect(inserted).toMatchObject({
      notInserted: [],
      late: [],
    });
    expect(await database.rows("select event_id from stream_events")).toEqual([
      { event_id: eventIdOf(1) },
    ]);
  });

  test("an empty micro-batch changes nothing", async () => {
    expect(
      await insertFacts(await database.connect("ingest"), []),
    ).toMatchObject({
      notInserted: [],
      late: [],
    });
  });

  test.for(WAYS)(
    "a fact keeps every column of the play, %s",
    async ([, store]) => {
      const traits = {
        id: 7,
        at: "2026-01-15T12:34:56.789012Z",
        userId: 2,
        songId: 3,
        artistId: 4,
        albumId: 5,
        deviceId: 3,
        locationId: 2,
        streamDurationSeconds: 2_147_483_647,
        isCompletePlay: true,
        isSkipped: false,
        isLiked: true,
        isShared: false,
        isAddedToPlaylist: true,
      };
      await store(await database.connect("ingest"), [traits]);

      const play = makePlay(traits);
      expect(await database.rows("select * from stream_events")).toEqual([
        {
          event_id: play.eventId,
          timestamp: "2026-01-15 12:34:56.789012+00",
          user_id: 2,
          song_id: 3,
          artist_id: 4,
          album_id: 5,
          device_id: 3,
          location_id: 2,
          stream_duration_seconds: 2_147_483_647,
          is_complete_play: true,
          is_skipped: false,
          is_liked: true,
          is_shared: false,
          is_added_to_playlist: true,
        },
      ]);
    },
  );
});

describe.for(WAYS)("at the frontier, %s,", ([, store]) => {
  test("a window that ends at the frontier is closed: its plays are late and mark it", async () => {
    await closeAt(database.owner, { minutes: "2026-01-15T12:05:00Z" });

    const inserted = await store(await database.connect("ingest"), [
      { id: 1, at: "2026-01-15T12:05:00Z" },
      { id: 2, at: "2026-01-15T12:04:59.999999Z" },
      { id: 3, at: "2026-01-15T12:00:00Z" },
      { id: 4, at: "2026-01-15T11:59:59.999999Z" },
    ]);

    expect(inserted.late).toEqual([1, 2, 3]);
    expect(await marks()).toEqual([
      ["minutes", "11:55", 1],
      ["minutes", "12:00", 2],
    ]);
    expect(
      await database.rows(
        "select to_char(time_window, 'HH24:MI') as at, stream_count from device_partials",
      ),
    ).toEqual([{ at: "12:05", stream_count: 1 }]);
  });

  test("a play that is late for its minutes still counts in its open hour", async () => {
    await closeAt(database.owner, {
      minutes: "2026-01-15T12:05:00Z",
      hours: "2026-01-15T12:00:00Z",
    });

    await store(await database.connect("ingest"), [
      { id: 1, at: "2026-01-15T12:01:00Z" },
    ]);

    expect(await marks()).toEqual([["minutes", "12:00", 1]]);
    expect(
      await database.rows("select stream_count from hourly_partials"),
    ).toEqual([{ stream_count: 1 }]);
    expect(await database.rows("select from user_engagement_partials")).toEqual(
      [],
    );
  });

  test("a mark is appended by each late micro-batch, never counted up", async () => {
    await closeAt(database.owner, {
      minutes: "2026-01-15T12:05:00Z",
      hours: "2026-01-15T13:00:00Z",
    });
    const ingest = await database.connect("ingest");

    await store(ingest, [{ id: 1 }, { id: 2 }]);
    await store(ingest, [{ id: 3 }]);

    expect(await marks()).toEqual([
      ["hourly", "12:00", 1],
      ["hourly", "12:00", 2],
      ["minutes", "12:00", 1],
      ["minutes", "12:00", 2],
    ]);
  });
});

test("a duplicate of a late play marks nothing", async () => {
  await closeAt(database.owner, { minutes: "2026-01-15T12:05:00Z" });
  const ingest = await database.connect("ingest");
  await insertFacts(ingest, [{ id: 1 }]);
  await database.rows("delete from revision_marks");

  const inserted = await insertFacts(ingest, [{ id: 1 }]);

  expect(inserted).toMatchObject({
    notInserted: [0],
    late: [],
  });
  expect(await marks()).toEqual([]);
});

function marks() {
  return database.list(
    "select window_kind, to_char(window_start, 'HH24:MI'), late_count from revision_marks order by 1, 2, 3",
  );
}
