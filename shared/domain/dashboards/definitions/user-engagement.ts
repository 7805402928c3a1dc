import type { DashboardDefinition } from "../answer.ts";
import { BUCKET, category, STREAMS, value } from "../columns.ts";

const SUBSCRIPTION = category("subscription", "Subscription");
const HOUR_OF_DAY = category("hour_of_day", "Hour of day (UTC)");

/** Who listens, and how. */
export const USER_ENGAGEMENT: DashboardDefinition = {
  title: "User Engagement",
  charts: [
    {
      id: "active-users",
      title: "Active users",
      kind: "line",
      note: "Different users of each bucket; they do not add up to those of the period.",
      columns: [BUCKET, value("active_users", "Active users", "count")],
    },
    {
      id: "skip-rate",
      title: "Skip rate",
      kind: "line",
      note: "Skipped streams of all streams of the bucket.",
      columns: [BUCKET, value("skip_rate", "Skip rate", "share")],
    },
    {
      id: "listen-time-by-subscription",
      title: "Average listen time by subscription",
      kind: "bar",
      note: "Seconds listened, divided by streams.",
      columns: [
        SUBSCRIPTION,
        value("listen_time", "Average listen time", "seconds"),
      ],
    },
    {
      id: "heat-map",
      title: "Streams by hour of day and subscription",
      kind: "heat-map",
      columns: [HOUR_OF_DAY, SUBSCRIPTION, STREAMS],
    },
    {
      id: "streams-per-user",
      title: "Streams per user by subscription",
      kind: "bar",
      note: "Streams of the period, divided by the different users of the period.",
      columns: [
        SUBSCRIPTION,
        value("streams_per_user", "Streams per user", "count"),
      ],
    },
    {
      id: "skip-rate-by-age",
      title: "Skip rate by age",
      kind: "bar",
      columns: [
        category("age_group", "Age"),
        value("skip_rate", "Skip rate", "share"),
      ],
    },
    {
      id: "like-rate-by-subscription",
      title: "Like rate by subscription",
      kind: "bar",
      columns: [SUBSCRIPTION, value("like_rate", "Like rate", "share")],
    },
    {
      id: "streams-by-hour-of-day",
      title: "Streams by hour of day",
      kind: "bar",
      note: "Streams of that hour, divided by the days on which the period covers it.",
      columns: [
        HOUR_OF_DAY,
        value("streams_per_day", "Streams per day", "count"),
      ],
    },
  ],
};
