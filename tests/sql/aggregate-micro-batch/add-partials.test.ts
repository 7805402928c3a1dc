import { describe, expect, test } from "vitest";

import { copyFacts, insertFacts } from "#tests/support/rows/insert-facts.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();

/** Most of the plays are one user's; the borders of windows are a microsecond apart. */
const SKEWED = [
  { id: 1, at: "2026-01-15T12:00:00Z", isCompletePlay: true, isLiked: true },
  {
    id: 2,
    at: "2026-01-15T12:04:59.999999Z",
    songId: 2,
    streamDurationSeconds: 30,
    isSkipped: true,
  },
  { id: 3, at: "2026-01-15T12:04:00Z", userId: 2, locationId: 2 },
  {
    id: 4,
    at: "2026-01-15T12:05:00Z",
    artistId: 2,
    streamDurationSeconds: 100,
    isShared: true,
    isAddedToPlaylist: true,
  },
  { id: 5, at: "2026-01-15T12:59:59.999999Z", deviceId: 3 },
  { id: 6, at: "2026-01-15T13:00:00Z", songId: 5 },
];

describe.for([
  ["inserted", insertFacts],
  ["copied", copyFacts],
] as const)("plays that are %s:", ([, store]) => {
  test.for([
    {
      of: "users",
      in: "user_engagement_partial_rows",
      columns:
        "time_window, user_id, stream_count, total_listen_time, skipped_count, liked_count, shared_count, added_to_playlist_count",
      expected: [
        ["2026-01-15 12:00:00+00", 1, 2, 90, 1, 1, 0, 0],
        ["2026-01-15 12:00:00+00", 2, 1, 60, 0, 0, 0, 0],
        ["2026-01-15 12:05:00+00", 1, 1, 100, 0, 0, 1, 1],
        ["2026-01-15 12:55:00+00", 1, 1, 60, 0, 0, 0, 0],
        ["2026-01-15 13:00:00+00", 1, 1, 60, 0, 0, 0, 0],
      ],
    },
    {
      of: "songs by the artist that played them",
      in: "content_performance_partial_rows",
      columns:
        "time_window, song_id, artist_id, stream_count, completed_count, skipped_count, liked_count",
      expected: [
        ["2026-01-15 12:00:00+00", 1, 1, 2, 1, 0, 1],
        ["2026-01-15 12:00:00+00", 2, 1, 1, 0, 1, 0],
        ["2026-01-15 12:05:00+00", 1, 2, 1, 0, 0, 0],
        ["2026-01-15 12:55:00+00", 1, 1, 1, 0, 0, 0],
        ["2026-01-15 13:00:00+00", 5, 1, 1, 0, 0, 0],
      ],
    },
    {
      of: "devices",
      in: "device_partials",
      columns:
        "time_window, device_id, stream_count, total_listen_time, completed_count",
      expected: [
        ["2026-01-15 12:00:00+00", 1, 3, 150, 1],
        ["2026-01-15 12:05:00+00", 1, 1, 100, 0],
        ["2026-01-15 12:55:00+00", 3, 1, 60, 0],
        ["2026-01-15 13:00:00+00", 1, 1, 60, 0],
      ],
    },
    {
      of: "locations with their distinct members",
      in: "location_partials",
      columns: "time_window, location_id, stream_count, user_ids, song_ids",
      expected: [
        ["2026-01-15 12:00:00+00", 1, 2, [1], [1, 2]],
        ["2026-01-15 12:00:00+00", 2, 1, [2], [1]],
        ["2026-01-15 12:05:00+00", 1, 1, [1], [1]],
        ["2026-01-15 12:55:00+00", 1, 1, [1], [1]],
        ["2026-01-15 13:00:00+00", 1, 1, [1], [5]],
      ],
    },
    {
      of: "hours with every distinct member once",
      in: "hourly_partials",
      columns:
        "time_window, stream_count, total_listen_time, skipped_count, liked_count, user_ids, song_ids, artist_ids",
      expected: [
        ["2026-01-15 12:00:00+00", 5, 310, 1, 1, [1, 2], [1, 2], [1, 2]],
        ["2026-01-15 13:00:00+00", 1, 60, 0, 0, [1], [5], [1]],
      ],
    },
    {
      of: "windows of both sizes",
      in: "window_partials",
      columns: "window_kind, window_start, stream_count",
      expected: [
        ["hourly", "2026-01-15 12:00:00+00", 5],
        ["hourly", "2026-01-15 13:00:00+00", 1],
        ["minutes", "2026-01-15 12:00:00+00", 3],
        ["minutes", "2026-01-15 12:05:00+00", 1],
        ["minutes", "2026-01-15 12:55:00+00", 1],
        ["minutes", "2026-01-15 13:00:00+00", 1],
      ],
    },
  ])(
    "a micro-batch adds one partial aggregate per key and half-open window: $of",
    async ({ in: table, columns, expected }) => {
      await store(await database.connect("ingest"), SKEWED);

      expect(
        await database.list(`select ${columns} from ${table} order by 1, 2, 3`),
      ).toEqual(expected);
    },
  );
});
