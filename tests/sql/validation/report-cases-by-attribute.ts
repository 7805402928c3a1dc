import type { ReportCase } from "./report-case.ts";

const time = "2026-03-01T10:00:00Z";

/** Reports that group plays by what they refer to. */
export const REPORT_CASES_BY_ATTRIBUTE: readonly ReportCase[] = [
  {
    report: "orphans_by_reference",
    title: "counts orphans per reference",
    plays: [
      { at: time, device: 1 },
      { at: time, device: 2 },
    ],
    given: "delete from devices where device_id = 2",
    rows: [
      ...["user_id", "song_id", "artist_id", "album_id"].map((column) => ({
        reference: `stream_events.${column}`,
        reference_count: 2,
        orphan_count: 0,
      })),
      {
        reference: "stream_events.device_id",
        reference_count: 2,
        orphan_count: 1,
      },
      {
        reference: "stream_events.location_id",
        reference_count: 2,
        orphan_count: 0,
      },
      { reference: "albums.artist_id", reference_count: 1, orphan_count: 0 },
    ],
  },
  {
    report: "top_songs",
    title:
      "keeps songs of one title apart, and a song of two artists is one row",
    plays: [
      { at: time, song: 1, artist: 1, isComplete: true },
      { at: time, song: 1, artist: 1 },
      { at: time, song: 1, artist: 3 },
      { at: time, song: 2, artist: 2 },
      { at: time, song: 2, artist: 2 },
    ],
    rows: [
      {
        song_id: 1,
        title: "Again",
        artists: "The Doubles, Nightjar",
        play_count: 3,
        complete_percent: 33.3,
      },
      {
        song_id: 2,
        title: "Again",
        artists: "The Doubles",
        play_count: 2,
        complete_percent: 0,
      },
    ],
  },
  {
    report: "top_users",
    title: "puts the user with the most plays first",
    plays: [
      { at: time, user: 1, seconds: 3600 },
      { at: time, user: 2, seconds: 1800, song: 1, isSkipped: true },
      { at: time, user: 2, seconds: 1800, song: 2 },
    ],
    rows: [
      {
        user_id: 2,
        play_count: 2,
        listened_hours: 1,
        song_count: 2,
        skipped_percent: 50,
      },
      {
        user_id: 1,
        play_count: 1,
        listened_hours: 1,
        song_count: 1,
        skipped_percent: 0,
      },
    ],
  },
  {
    report: "plays_by_device_type_and_os",
    title: "adds up devices of one type and system",
    plays: [
      { at: time, device: 1, seconds: 10, isComplete: true },
      { at: time, device: 2, seconds: 30 },
      { at: time, device: 2, seconds: 50 },
      { at: time, device: 3, seconds: 60 },
    ],
    rows: [
      {
        device_type: "phone",
        os: "iOS",
        play_count: 3,
        share_percent: 75,
        avg_listen_seconds: 30,
        complete_percent: 33.3,
      },
      {
        device_type: "speaker",
        os: "(unknown)",
        play_count: 1,
        share_percent: 25,
        avg_listen_seconds: 60,
        complete_percent: 0,
      },
    ],
  },
  {
    report: "skip_rate_by_genre",
    title: "gives ratios of sums, not averages of rates",
    // One play of song 2 is skipped and 99 of song 1 are not: 1 %, where the average of both songs' rates is 50 %.
    plays: [
      { at: time, song: 2, user: 2, isSkipped: true },
      ...Array.from({ length: 99 }, () => ({ at: time, song: 1 })),
      { at: time, song: 3 },
    ],
    given: "update songs set genre = 'rock' where song_id = 2",
    rows: [
      {
        genre: "rock",
        play_count: 100,
        share_percent: 99,
        skipped_count: 1,
        skipped_percent: 1,
      },
      {
        genre: "(unknown)",
        play_count: 1,
        share_percent: 1,
        skipped_count: 0,
        skipped_percent: 0,
      },
    ],
  },
  {
    report: "plays_by_country_and_region",
    title: "adds up locations of one region",
    plays: [
      { at: time, location: 1 },
      { at: time, location: 2, seconds: 120 },
      { at: time, location: 3 },
    ],
    rows: [
      {
        country: "DE",
        region: "Berlin",
        play_count: 2,
        share_percent: 66.7,
        avg_listen_seconds: 90,
      },
      {
        country: "FR",
        region: "(unknown)",
        play_count: 1,
        share_percent: 33.3,
        avg_listen_seconds: 60,
      },
    ],
  },
  {
    report: "plays_by_subscription",
    title: "divides by the users of the subscription who played",
    plays: [
      { at: time, user: 1, isSkipped: true },
      { at: time, user: 1 },
      { at: time, user: 4 },
      { at: time, user: 3 },
    ],
    rows: [
      {
        subscription_type: "free",
        play_count: 3,
        share_percent: 75,
        user_count: 2,
        plays_per_user: 1.5,
        avg_listen_seconds: 60,
        skipped_percent: 33.3,
      },
      {
        subscription_type: "(unknown)",
        play_count: 1,
        share_percent: 25,
        user_count: 1,
        plays_per_user: 1,
        avg_listen_seconds: 60,
        skipped_percent: 0,
      },
    ],
  },
  {
    report: "plays_by_age_group",
    title: "begins a group at its first year",
    plays: [
      { at: time, user: 1 },
      { at: time, user: 2 },
      { at: time, user: 2, isSkipped: true },
      { at: time, user: 4 },
    ],
    rows: [
      {
        age_group: "18 to 24",
        play_count: 2,
        share_percent: 50,
        user_count: 1,
        plays_per_user: 2,
        avg_listen_seconds: 60,
        skipped_percent: 50,
      },
      ...["65 and older", "under 18"].map((group) => ({
        age_group: group,
        play_count: 1,
        share_percent: 25,
        user_count: 1,
        plays_per_user: 1,
        avg_listen_seconds: 60,
        skipped_percent: 0,
      })),
    ],
  },
];
