import { describe, expect, it } from "vitest";

import { expectCharts } from "#tests/support/oracle/charts/expect-charts.ts";
import type {
  ChartPeriod,
  ChartSource,
} from "#tests/support/oracle/charts/types.ts";
import {
  HOUR_MS,
  makeDimension,
  makePeriod,
  makePlays,
  makeSource,
  MINUTE_MS,
  NOON_MS,
} from "./make-chart-source.ts";

const expectRows = (source: ChartSource, period = makePeriod()) =>
  expectCharts("user-engagement", source, period);

/** One user skips the only play, another one none of 99. */
const SKEWED = makeSource(
  [
    ...makePlays(1, { userId: 1, isSkipped: true, listenSeconds: 0 }),
    ...makePlays(99, { userId: 2, isLiked: true, listenSeconds: 200 }),
  ],
  {
    users: makeDimension({
      1: { subscription_type: "free", age: 20 },
      2: { subscription_type: "free", age: 21 },
    }),
  },
);

describe("rates of users who differ much", () => {
  it("are those of all plays, not the averages of the users' rates", () => {
    expect(expectRows(SKEWED)).toMatchObject({
      "skip-rate": [
        ["2026-01-15T12:00:00Z", 0.01],
        ["2026-01-15T12:05:00Z", null],
      ],
      "skip-rate-by-age": [["18-24", 0.01]],
      "like-rate-by-subscription": [["free", 0.99]],
      "listen-time-by-subscription": [["free", 198]],
      "streams-per-user": [["free", 50]],
    });
  });
});

describe("a user", () => {
  it("is active once in each bucket, and counts once in the whole period", () => {
    const source = makeSource(
      [
        ...makePlays(2),
        ...makePlays(1, { userId: 2 }),
        ...makePlays(3, { playedAtMs: NOON_MS + 5 * MINUTE_MS }),
      ],
      {
        users: makeDimension({
          1: { subscription_type: "free" },
          2: { subscription_type: "free" },
        }),
      },
    );

    expect(expectRows(source)).toMatchObject({
      "active-users": [
        ["2026-01-15T12:00:00Z", 2],
        ["2026-01-15T12:05:00Z", 1],
      ],
      "streams-per-user": [["free", 3]],
    });
  });

  it("without a subscription and an age is among the unknown ones", () => {
    const source = makeSource(makePlays(2, { isSkipped: true }), {
      users: makeDimension({ 1: { subscription_type: null, age: null } }),
    });

    expect(expectRows(source)).toMatchObject({
      "like-rate-by-subscription": [["unknown", 0]],
      "skip-rate-by-age": [["unknown", 1]],
      "heat-map": [["12:00", "unknown", 2]],
    });
  });
});

describe("the groups", () => {
  it("of subscriptions are in the order of code points, which is not that of UTF-16", () => {
    const names = ["premium", "Family", "\u{1F3B5}", "\uFF21"];
    const source = makeSource(
      names.flatMap((_, index) => makePlays(1, { userId: index + 1 })),
      {
        users: makeDimension(
          Object.fromEntries(
            names.map((name, index) => [
              index + 1,
              { subscription_type: name },
            ]),
          ),
        ),
      },
    );

    expect(expectRows(source)["streams-per-user"]).toEqual([
      ["Family", 1],
      ["premium", 1],
      ["\uFF21", 1],
      ["\u{1F3B5}", 1],
    ]);
  });

  it.each([
    [0, "under 18"],
    [17, "under 18"],
    [18, "18-24"],
    [24, "18-24"],
    [25, "25-34"],
    [34, "25-34"],
    [35, "35-44"],
    [44, "35-44"],
    [45, "45-54"],
    [54, "45-54"],
    [55, "55-64"],
    [64, "55-64"],
    [65, "65 and over"],
    [120, "65 and over"],
  ])("of age put %d into %s", (age, group) => {
    const source = makeSource(makePlays(1), {
      users: makeDimension({ 1: { age } }),
    });

    expect(expectRows(source)["skip-rate-by-age"]).toEqual([[group, 0]]);
  });

  it("of age are in the order of age, and the unknown ones come last", () => {
    const ages = [null, 70, 17, 30];
    const source = makeSource(
      ages.flatMap((_, index) => makePlays(1, { userId: index + 1 })),
      {
        users: makeDimension(
          Object.fromEntries(ages.map((age, index) => [index + 1, { age }])),
        ),
      },
    );

    expect(
      expectRows(source)["skip-rate-by-age"]?.map(([group]) => group),
    ).toEqual(["under 18", "25-34", "65 and over", "unknown"]);
  });
});

describe("the hours of the day", () => {
  /** From 23:00 of one day until 01:00 of the day after the next. */
  const twoNights: ChartPeriod = makePeriod({
    fromMs: NOON_MS + 11 * HOUR_MS,
    untilMs: NOON_MS + 37 * HOUR_MS,
    bucketMs: HOUR_MS,
  });

  it("begin at midnight, and their streams are divided by the dates that the period covers them on", () => {
    const source = makeSource([
      ...makePlays(3, { playedAtMs: NOON_MS + 11 * HOUR_MS }),
      ...makePlays(2, { playedAtMs: NOON_MS + 35.5 * HOUR_MS }),
      ...makePlays(1, { playedAtMs: NOON_MS + 36 * HOUR_MS }),
      ...makePlays(7, { playedAtMs: NOON_MS + 20 * HOUR_MS }),
    ]);

    const hours = expectRows(source, twoNights)["streams-by-hour-of-day"];

    expect(hours).toHaveLength(24);
    expect(hours?.filter(([, streams]) => streams !== 0)).toEqual([
      ["00:00", 0.5],
      ["08:00", 7],
      ["23:00", 2.5],
    ]);
    expect(hours?.[1]).toEqual(["01:00", 0]);
  });

  it("are covered on one date by several buckets", () => {
    const source = makeSource([
      ...makePlays(1),
      ...makePlays(1, { playedAtMs: NOON_MS + 6 * MINUTE_MS }),
    ]);

    expect(expectRows(source)["streams-by-hour-of-day"]).toEqual([
      ["12:00", 2],
    ]);
  });

  it("have a cell for every subscription with plays, also where it has none of them", () => {
    const source = makeSource(
      [
        ...makePlays(2, { userId: 2 }),
        ...makePlays(1, { playedAtMs: NOON_MS + HOUR_MS }),
      ],
      {
        users: makeDimension({
          1: { subscription_type: "free" },
          2: { subscription_type: "premium" },
          3: { subscription_type: "student" },
        }),
      },
    );
    const period = makePeriod({
      untilMs: NOON_MS + 2 * HOUR_MS,
      bucketMs: HOUR_MS,
    });

    expect(expectRows(source, period)["heat-map"]).toEqual([
      ["12:00", "free", 0],
      ["12:00", "premium", 2],
      ["13:00", "free", 1],
      ["13:00", "premium", 0],
    ]);
  });
});
