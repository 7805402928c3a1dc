import type { DashboardDefinition } from "../answer.ts";
import { BUCKET, category, STREAMS, value } from "../columns.ts";

const GENRE = category("genre", "Genre");
const LIKE_RATE = value("like_rate", "Like rate", "share");
const SONG = category("song", "Song");

/** What is listened to. */
export const CONTENT_PERFORMANCE: DashboardDefinition = {
  title: "Content Performance",
  charts: [
    {
      id: "top-songs",
      title: "Top 10 songs",
      kind: "horizontal-bar",
      columns: [SONG, STREAMS],
    },
    {
      id: "skip-rate-by-genre",
      title: "Skip rate by genre",
      kind: "bar",
      columns: [GENRE, value("skip_rate", "Skip rate", "share")],
    },
    {
      id: "like-rate-by-genre",
      title: "Like rate by genre",
      kind: "bar",
      columns: [GENRE, LIKE_RATE],
    },
    {
      id: "like-rate",
      title: "Like rate",
      kind: "line",
      note: "Liked streams of all streams of the bucket.",
      columns: [BUCKET, LIKE_RATE],
    },
    {
      id: "artists",
      title: "Artists",
      kind: "table",
      note: "The 15 with the most streams.",
      columns: [
        category("artist", "Artist"),
        STREAMS,
        value("completion_rate", "Completion rate", "share"),
        LIKE_RATE,
      ],
    },
    {
      id: "trending",
      title: "Trending songs",
      kind: "table",
      note: "Streams in the newest final bucket of the period against the one before, of songs with at least 5 streams in it. A song without streams in the one before is new.",
      columns: [
        SONG,
        STREAMS,
        value("streams_before", "Streams before", "count"),
        value("change", "Change", "share"),
        value("trend", "Trend", "text"),
      ],
    },
  ],
};
