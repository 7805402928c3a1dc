import type { ReportCase } from "./report-case.ts";
import type { SmallPlay } from "./small-catalogue.ts";

const repeat = (count: number, play: SmallPlay): SmallPlay[] =>
  Array.from({ length: count }, () => play);

/** Reports whose rows depend on when plays happened. */
export const REPORT_CASES_BY_TIME: readonly ReportCase[] = [
  {
    report: "plays_by_hour_of_day",
    title: "divides an hour of the day by the days on which the data covers it",
    // From 23:30 to 00:00 of the next but one day: 23 o'clock is covered twice, midnight twice, noon once.
    plays: [
      { at: "2026-03-01T23:30:00Z" },
      { at: "2026-03-02T23:59:59.999999Z" },
      { at: "2026-03-03T00:00:00Z" },
      { at: "2026-03-02T12:00:00+05:00" },
    ],
    isComplete: false,
    rows: [
      { hour_of_day: 0, play_count: 1, days_covered: 2, plays_per_day: 0.5 },
      { hour_of_day: 7, play_count: 1, days_covered: 1, plays_per_day: 1 },
      { hour_of_day: 12, play_count: 0, days_covered: 1, plays_per_day: 0 },
      { hour_of_day: 23, play_count: 2, days_covered: 2, plays_per_day: 1 },
    ],
  },
  {
    report: "trending_songs",
    title:
      "compares 24 hours with the 24 before at half-open borders, and no join multiplies plays",
    // The newest play is at 09:30, so the last 24 hours and those before begin at 10:00 each.
    plays: [
      ...repeat(2, { at: "2026-03-02T10:00:00Z", song: 1, artist: 1 }),
      ...repeat(3, { at: "2026-03-03T09:30:00Z", song: 1, artist: 1 }),
      ...repeat(4, { at: "2026-03-03T09:30:00Z", song: 1, artist: 3 }),
      ...repeat(3, { at: "2026-03-02T09:59:59.999999Z", song: 1, artist: 1 }),
      ...repeat(3, { at: "2026-03-01T10:00:00Z", song: 1, artist: 1 }),
      ...repeat(50, { at: "2026-03-01T09:59:59.999999Z", song: 1, artist: 1 }),
      ...repeat(6, { at: "2026-03-03T09:00:00Z", song: 2, artist: 2 }),
      ...repeat(4, { at: "2026-03-03T09:00:00Z", song: 3, artist: 3 }),
    ],
    // Several metric rows per song, and an artist of the same name: a careless join would count plays once for each.
    given: `insert into content_performance_metrics (
        time_window, song_id, artist_id, stream_count, completion_rate, skip_rate, like_rate
      )
      select timestamptz '2026-03-03 09:00+00' + w * interval '5 minutes', s, 1, 1, 0, 0, 0
      from generate_series(0, 5) as w
      cross join generate_series(1, 2) as s`,
    rows: [
      {
        song_id: 2,
        title: "Again",
        artists: "The Doubles",
        play_count: 6,
        play_count_before: 0,
        change: "new",
      },
      {
        song_id: 1,
        title: "Again",
        artists: "The Doubles, Nightjar",
        play_count: 9,
        play_count_before: 6,
        change: "+50 %",
      },
    ],
  },
  {
    report: "hours_without_plays",
    title:
      "shows the hours between the first and the last play without any, neighbours together",
    plays: [
      { at: "2026-03-01T10:59:59.999999Z" },
      { at: "2026-03-01T12:00:00Z" },
      { at: "2026-03-01T13:30:00Z" },
      { at: "2026-03-01T17:00:00Z" },
    ],
    rows: [
      {
        gap_start: "2026-03-01T14:00:00+00:00",
        gap_end: "2026-03-01T17:00:00+00:00",
        hour_count: 3,
      },
      {
        gap_start: "2026-03-01T11:00:00+00:00",
        gap_end: "2026-03-01T12:00:00+00:00",
        hour_count: 1,
      },
    ],
  },
];
