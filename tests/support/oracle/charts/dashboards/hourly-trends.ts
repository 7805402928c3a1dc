import { fillBuckets } from "../buckets.ts";
import { averageListenTime, countDistinct, share } from "../measures.ts";
import type { ExpectDashboard } from "../types.ts";

/** How the hours went; the period's buckets are hours. */
export const expectHourlyTrends: ExpectDashboard = ({ plays }, period) => {
  const hours = fillBuckets(plays, period);
  return {
    streams: hours.map(({ time, plays: own }) => [time, own.length]),
    "unique-users-and-songs": hours.map(({ time, plays: own }) => [
      time,
      countDistinct(own, "userId"),
      countDistinct(own, "songId"),
    ]),
    rates: hours.map(({ time, plays: own }) => [
      time,
      share(own, "isSkipped"),
      share(own, "isLiked"),
    ]),
    "listen-time": hours.map(({ time, plays: own }) => [
      time,
      averageListenTime(own),
    ]),
  };
};
