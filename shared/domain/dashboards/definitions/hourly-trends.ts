import type { DashboardDefinition } from "../answer.ts";
import { BUCKET, STREAMS, value } from "../columns.ts";

/** How the hours went. */
export const HOURLY_TRENDS: DashboardDefinition = {
  title: "Hourly Trends",
  charts: [
    {
      id: "streams",
      title: "Streams per hour",
      kind: "bar",
      columns: [BUCKET, STREAMS],
    },
    {
      id: "unique-users-and-songs",
      title: "Unique users and songs per hour",
      kind: "line",
      note: "Different ones of each hour; they do not add up to those of the period.",
      columns: [
        BUCKET,
        value("unique_users", "Unique users", "count"),
        value("unique_songs", "Unique songs", "count"),
      ],
    },
    {
      id: "rates",
      title: "Skip and like rate per hour",
      kind: "line",
      columns: [
        BUCKET,
        value("skip_rate", "Skip rate", "share"),
        value("like_rate", "Like rate", "share"),
      ],
    },
    {
      id: "listen-time",
      title: "Average listen time per hour",
      kind: "bar",
      note: "Seconds listened, divided by streams.",
      columns: [BUCKET, value("listen_time", "Average listen time", "seconds")],
    },
  ],
};
