import { expect, test } from "vitest";

import { publishWindows } from "#functions/close-windows/close-due-windows.ts";
import { applyPlays, useStores } from "#tests/support/races/open-stores.ts";
import type { RecordTraits } from "#tests/support/rows/make-records.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const stores = useStores(database);

test("a first publication leaves no history, nor does one that is computed from the facts", async () => {
  await publish([{ id: 1 }]);
  // Its hour was published; these five minutes are new, and all their plays come late.
  await publish([{ id: 2, at: "2026-01-15T11:30:00Z" }]);

  expect(await listRevisions("minutes")).toEqual([]);
});

test("each row that a late play changes gets a line with its old and new values", async () => {
  await publish([{ id: 1, streamDurationSeconds: 60 }]);

  await publish([
    { id: 2, streamDurationSeconds: 30, isLiked: true, userId: 2 },
  ]);

  expect(await listRevisions("minutes")).toEqual([
    [
      "content_performance_metrics",
      "12:00",
      { song_id: 1, artist_id: 1 },
      1,
      { stream_count: 1, completion_rate: 0, skip_rate: 0, like_rate: 0 },
      { stream_count: 2, completion_rate: 0, skip_rate: 0, like_rate: 0.5 },
    ],
    [
      "device_metrics",
      "12:00",
      { device_id: 1 },
      1,
      { stream_count: 1, avg_listen_time: 60, completion_rate: 0 },
      { stream_count: 2, avg_listen_time: 45, completion_rate: 0 },
    ],
    [
      "location_metrics",
      "12:00",
      { location_id: 1 },
      1,
      { stream_count: 1, unique_users: 1, unique_songs: 1 },
      { stream_count: 2, unique_users: 2, unique_songs: 1 },
    ],
    // User 1 keeps its row as it was; the row of user 2 is new in a window that was published.
    [
      "user_engagement_metrics",
      "12:00",
      { user_id: 2 },
      0,
      null,
      {
        stream_count: 1,
        total_listen_time: 30,
        avg_listen_time: 30,
        skip_rate: 0,
        like_rate: 1,
        share_rate: 0,
        playlist_add_rate: 0,
      },
    ],
  ]);
  expect(await listRevisions("hourly")).toMatchObject([
    [
      "hourly_metrics",
      "12:00",
      {},
      1,
      { unique_users: 1 },
      { unique_users: 2 },
    ],
  ]);
});

test("the history goes on with every revision, at the time that the row says", async () => {
  await publish([{ id: 1 }]);
  for (const id of [2, 3, 4]) await publish([{ id }]);

  expect(
    await database.list(`
      select h.revision, (h.new_values ->> 'stream_count')::integer, h.changed_at = m.updated_at
      from metric_revisions h join device_metrics m using (time_window)
      where h.metric_table = 'device_metrics'
      order by h.revision_id`),
  ).toEqual([
    [1, 2, false],
    [2, 3, false],
    [3, 4, true],
  ]);
});

test("a revision that finds nothing to change leaves no line", async () => {
  await publish([{ id: 1 }]);
  await database.owner.query(
    "insert into revision_marks (window_kind, window_start, late_count) values ('minutes', '2026-01-15 12:00+00', 1)",
  );

  await publish([]);

  expect(await listRevisions("minutes")).toEqual([]);
  expect(
    await database.rows(
      "select revision from window_publications where window_kind = 'minutes'",
    ),
  ).toEqual([{ revision: 1 }]);
});

/** Applies plays, closes their windows where they are open, and publishes or revises these. */
async function publish(plays: readonly RecordTraits[]): Promise<void> {
  const store = stores.openWindowStore();
  await applyPlays(stores.openWarehouse(), plays);
  await store.closeOpenWindows();
  await publishWindows(store, 0);
}

function listRevisions(kind: "minutes" | "hourly"): Promise<unknown[][]> {
  return database.list(
    `select metric_table, to_char(time_window, 'HH24:MI'), key, revision, old_values, new_values
     from metric_revisions
     where (metric_table = 'hourly_metrics') = $1
     order by 1, 2, revision_id`,
    [kind === "hourly"],
  );
}
