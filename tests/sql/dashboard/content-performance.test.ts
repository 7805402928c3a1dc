import { beforeEach, describe, expect, test } from "vitest";

import { useDashboards } from "#tests/support/dashboards/use-dashboard-store.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const dashboards = useDashboards(database);

/** Two songs of one title by two artists of one name, a song that falls, one that is new, one with too few streams. */
const ROWS = `
  update songs set title = null, genre = null;
  update songs set title = 'Home', genre = 'Rock' where song_id in (1, 2);
  update songs set title = 'Solo', genre = 'Pop' where song_id = 3;
  update artists set name = null;
  update artists set name = 'The Doubles' where artist_id in (1, 2);
  update artists set name = 'Ann' where artist_id = 3;
  update window_frontiers set closed_until = '2026-01-15 12:10+00' where window_kind = 'minutes';
  insert into content_performance_metrics (time_window, song_id, artist_id, stream_count, completion_rate, skip_rate, like_rate)
  values
    ('2026-01-15 12:00+00', 1, 1, 3, 1.0/3, 2.0/3, 0),
    ('2026-01-15 12:00+00', 2, 2, 7, 1, 0, 1.0/7),
    ('2026-01-15 12:00+00', 3, 3, 90, 0, 0, 0),
    ('2026-01-15 12:05+00', 1, 1, 6, 0.5, 0, 1),
    ('2026-01-15 12:05+00', 3, 3, 40, 0, 0, 0),
    ('2026-01-15 12:05+00', 4, 4, 5, 1, 0, 0),
    ('2026-01-15 12:05+00', 5, 5, 4, 1, 0, 0);
  insert into window_publications (window_kind, window_start)
  values ('minutes', '2026-01-15 12:00+00'), ('minutes', '2026-01-15 12:05+00');
  insert into window_partials (window_kind, window_start, stream_count) values ('minutes', '2026-01-15 12:10+00', 2);
  insert into content_performance_partials (
    time_window, song_ids, artist_ids, stream_counts, completed_counts, skipped_counts, liked_counts
  ) values
    ('2026-01-15 12:10+00', '{1}', '{1}', '{1}', '{1}', '{0}', '{1}'),
    ('2026-01-15 12:10+00', '{1}', '{1}', '{1}', '{1}', '{0}', '{1}')`;

const QUARTER = {
  from: "2026-01-15T12:00:00Z",
  until: "2026-01-15T12:15:00Z",
  bucketMinutes: 5,
} as const;

beforeEach(() => database.rows(ROWS));

test("content performance has every chart, songs and artists of one name apart", async () => {
  expect(await dashboards.readCharts("content-performance", QUARTER)).toEqual({
    "top-songs": [
      ["Solo – Ann", 130],
      ["Home – The Doubles (1)", 11],
      ["Home – The Doubles (2)", 7],
      ["song 4 – artist 4", 5],
      ["song 5 – artist 5", 4],
    ],
    "skip-rate-by-genre": [
      ["Pop", 0],
      ["Rock", 2 / 18],
      ["unknown", 0],
    ],
    "like-rate-by-genre": [
      ["Pop", 0],
      ["Rock", 0.5],
      ["unknown", 0],
    ],
    "like-rate": [
      ["2026-01-15T12:00:00Z", 0.01],
      ["2026-01-15T12:05:00Z", 6 / 55],
      ["2026-01-15T12:10:00Z", 1, "provisional"],
    ],
    artists: [
      ["Ann", 130, 0, 0],
      ["The Doubles (1)", 11, 6 / 11, 8 / 11],
      ["The Doubles (2)", 7, 1, 1 / 7],
      ["artist 4", 5, 1, 0],
      ["artist 5", 4, 1, 0],
    ],
    trending: [
      ["song 4 – artist 4", 5, 0, null, "new"],
      ["Home – The Doubles (1)", 6, 3, 1, "rising"],
    ],
  });
});

test("a trend is that of the two newest hours that are final, not of the running one", async () => {
  await database.rows(`
    update window_frontiers set closed_until = '2026-01-15 14:00+00' where window_kind = 'minutes';
    delete from window_partials;
    insert into window_publications (window_kind, window_start) values ('minutes', '2026-01-15 13:55+00');
    insert into content_performance_metrics (time_window, song_id, artist_id, stream_count, completion_rate, skip_rate, like_rate)
    values ('2026-01-15 13:55+00', 1, 1, 22, 0, 0, 0)`);
  const hours = { until: "2026-01-15T15:00:00Z", bucketMinutes: 60 } as const;

  const charts = await dashboards.readCharts("content-performance", {
    from: "2026-01-15T12:00:00Z",
    ...hours,
  });
  const one = await dashboards.readCharts("content-performance", {
    from: "2026-01-15T13:00:00Z",
    ...hours,
  });

  expect(charts["like-rate"]).toEqual([
    ["2026-01-15T12:00:00Z", 9 / 157],
    ["2026-01-15T13:00:00Z", 0],
    ["2026-01-15T14:00:00Z", null, "provisional"],
  ]);
  expect(charts["trending"]).toEqual([
    ["Home – The Doubles (1)", 22, 11, 1, "rising"],
  ]);
  expect(one["top-songs"]).toEqual([["Home – The Doubles", 22]]);
  expect(one["trending"]).toEqual([]);
});

test("hours that are added up and hours that are not are read alike", async () => {
  await database.rows(`
    insert into window_publications (window_kind, window_start) values ('minutes', '2026-01-15 10:00+00');
    update hour_rollups set rolled_until = '2026-01-15 11:00+00' where time_window = '2026-01-15 10:00+00';
    insert into content_performance_hours values ('2026-01-15 10:00+00', 1, 1, 9, 3, 2, 9)`);

  const charts = await dashboards.readCharts("content-performance", {
    from: "2026-01-15T10:00:00Z",
    until: "2026-01-15T13:00:00Z",
    bucketMinutes: 60,
  });

  expect(charts["top-songs"]?.[1]).toEqual(["Home – The Doubles (1)", 20]);
  expect(charts["artists"]?.[1]).toEqual([
    "The Doubles (1)",
    20,
    9 / 20,
    17 / 20,
  ]);
  expect(charts["like-rate"]).toEqual([
    ["2026-01-15T10:00:00Z", 1],
    ["2026-01-15T11:00:00Z", null],
    ["2026-01-15T12:00:00Z", 9 / 157, "provisional"],
  ]);
});

describe("a song of two artists", () => {
  test("is one song, named with the artist it was played most by", async () => {
    await database.rows(`
      insert into content_performance_metrics (time_window, song_id, artist_id, stream_count, completion_rate, skip_rate, like_rate)
      values ('2026-01-15 12:00+00', 3, 2, 10, 0, 0, 0)`);

    const charts = await dashboards.readCharts("content-performance", QUARTER);

    expect(charts["top-songs"]?.[0]).toEqual(["Solo – Ann", 140]);
    expect(charts["artists"]?.slice(0, 2)).toEqual([
      ["Ann", 130, 0, 0],
      ["The Doubles (2)", 17, 7 / 17, 1 / 17],
    ]);
  });
});

test("ten songs and fifteen artists are shown, those with the most streams", async () => {
  await database.rows(`
    delete from content_performance_metrics;
    delete from content_performance_partials;
    update songs set title = 'Song ' || chr(64 + song_id);
    insert into artists (artist_id, name, version_at, version_partition, version_offset)
    select id, 'Artist ' || chr(64 + id), now(), 0, id from generate_series(11, 20) id;
    update artists set name = 'Artist ' || chr(64 + artist_id);
    insert into content_performance_metrics (time_window, song_id, artist_id, stream_count, completion_rate, skip_rate, like_rate)
    select '2026-01-15 12:00+00', id, id, 100 - id, 0, 0, 0 from generate_series(1, 20) id`);

  const charts = await dashboards.readCharts("content-performance", QUARTER);
  await database.rows("delete from artists where artist_id > 10");

  expect(charts["top-songs"]).toHaveLength(10);
  expect(charts["top-songs"]?.[9]).toEqual(["Song J – Artist J", 90]);
  expect(charts["artists"]).toHaveLength(15);
  expect(charts["artists"]?.[14]).toEqual(["Artist O", 85, 0, 0]);
});

test("without plays the charts are empty, but for the time that went by", async () => {
  expect(
    await dashboards.readCharts("content-performance", {
      from: "2026-01-14T12:00:00Z",
      until: "2026-01-14T12:05:00Z",
      bucketMinutes: 5,
    }),
  ).toEqual({
    "top-songs": [],
    "skip-rate-by-genre": [],
    "like-rate-by-genre": [],
    "like-rate": [["2026-01-14T12:00:00Z", null]],
    artists: [],
    trending: [],
  });
});
