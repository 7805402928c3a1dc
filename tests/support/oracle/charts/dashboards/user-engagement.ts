import { findNumber, groupName } from "../attributes.ts";
import { dateOf, fillBuckets, hourOfDay, listBuckets } from "../buckets.ts";
import {
  averageListenTime,
  countDistinct,
  divide,
  share,
} from "../measures.ts";
import { compareCodePoints, sortGroups } from "../rank-groups.ts";
import type { ChartPeriod, ExpectDashboard, Play } from "../types.ts";

/** Each group with the age at which the next one begins. */
const AGE_GROUPS = [
  ["under 18", 18],
  ["18-24", 25],
  ["25-34", 35],
  ["35-44", 45],
  ["45-54", 55],
  ["55-64", 65],
  ["65 and over", Infinity],
] as const;
const UNKNOWN_AGE = "unknown";
const AGE_GROUP_NAMES = [...AGE_GROUPS.map(([name]) => name), UNKNOWN_AGE];

const findAgeGroup = (age: number | null): string =>
  (age === null
    ? undefined
    : AGE_GROUPS.find(([, nextAge]) => age < nextAge)?.[0]) ?? UNKNOWN_AGE;

/** The hours of the day that the period covers, ascending, each with the number of dates on which it does. */
function countDates(period: ChartPeriod): [hour: string, dates: number][] {
  const startsByHour = Map.groupBy(listBuckets(period), hourOfDay);
  return [...startsByHour]
    .map(([hour, starts]): [string, number] => [
      hour,
      new Set(starts.map(dateOf)).size,
    ])
    .toSorted(([left], [right]) => compareCodePoints(left, right));
}

/** How many of the plays are of each hour of the day. */
function countByHour(plays: readonly Play[]): (hour: string) => number {
  const byHour = Map.groupBy(plays, ({ playedAtMs }) => hourOfDay(playedAtMs));
  return (hour) => byHour.get(hour)?.length ?? 0;
}

/** Who listens, and how. */
export const expectUserEngagement: ExpectDashboard = (
  { plays, catalogue: { users } },
  period,
) => {
  const buckets = fillBuckets(plays, period);
  const bySubscription = sortGroups(
    Map.groupBy(plays, ({ userId }) =>
      groupName(users, userId, "subscription_type"),
    ),
  );
  const byAge = Map.groupBy(plays, ({ userId }) =>
    findAgeGroup(findNumber(users, userId, "age")),
  );
  const hours = countDates(period);
  const streamsOf = countByHour(plays);
  const subscriptionStreams = bySubscription.map(
    ([name, own]) => [name, countByHour(own)] as const,
  );
  return {
    "active-users": buckets.map(({ time, plays: own }) => [
      time,
      countDistinct(own, "userId"),
    ]),
    "skip-rate": buckets.map(({ time, plays: own }) => [
      time,
      share(own, "isSkipped"),
    ]),
    "listen-time-by-subscription": bySubscription.map(([name, own]) => [
      name,
      averageListenTime(own),
    ]),
    "heat-map": hours.flatMap(([hour]) =>
      subscriptionStreams.map(([name, count]) => [hour, name, count(hour)]),
    ),
    "streams-per-user": bySubscription.map(([name, own]) => [
      name,
      divide(own.length, countDistinct(own, "userId")),
    ]),
    "skip-rate-by-age": AGE_GROUP_NAMES.flatMap((group) => {
      const own = byAge.get(group);
      return own === undefined ? [] : [[group, share(own, "isSkipped")]];
    }),
    "like-rate-by-subscription": bySubscription.map(([name, own]) => [
      name,
      share(own, "isLiked"),
    ]),
    "streams-by-hour-of-day": hours.map(([hour, dates]) => [
      hour,
      divide(streamsOf(hour), dates),
    ]),
  };
};
