import * as fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";

import { expectTables } from "#tests/support/oracle/expect-tables.ts";
import type {
  ExpectedTables,
  OracleRecord,
} from "#tests/support/oracle/types.ts";

import { PLAYS, recordPlay } from "./counted-plays.ts";
import {
  makeAlbum,
  makeCatalogue,
  makeDimensionRecord,
  makeEventId,
  makePlay,
  makePlayRecord,
  makeUser,
  MINUTE_US,
  NEW_YEAR_US,
} from "./make-records.ts";
import {
  findFuture,
  findKnown,
  findOld,
  findOrphan,
  recordRetained,
  retainByHand,
  type RetainedPlay,
  type RetentionRules,
} from "./retain-by-hand.ts";

/** The usual play lies on the horizon, and the usual catalogue and record came a minute before the horizon moved. */
const RETENTION = {
  horizonMs: Date.parse("2024-01-01T00:00:00Z"),
  sinceMs: Date.parse("2024-01-01T00:07:00Z"),
};
const BEFORE_MOVE = { timestampMs: RETENTION.sinceMs - 1 };
const AFTER_MOVE = { timestampMs: RETENTION.sinceMs };

const OLD = "2023-12-31T23:59:59.999999Z";
const FUTURE = "2024-01-01T00:30:00Z";

const retain = (records: readonly OracleRecord[]): Promise<ExpectedTables> =>
  expectTables([...makeCatalogue(), ...records], { retention: RETENTION });

/** The outcomes of plays over the usual catalogue, by position. */
async function judge(records: readonly OracleRecord[]): Promise<string[]> {
  const { outcomes } = await retain(records);
  return outcomes.map(
    ({ partition, offset, outcome }) => `${partition}:${offset} ${outcome}`,
  );
}

describe("a play after the horizon has moved", () => {
  it.each([
    ["on the horizon", "2024-01-01T00:00:00Z", "accepted"],
    ["on the horizon elsewhere", "2024-01-01T05:45:00+05:45", "accepted"],
    ["a microsecond before it", OLD, "rejected:older_than_retention"],
    [
      "less than that before it",
      "2023-12-31T23:59:59.9999999Z",
      "rejected:older_than_retention",
    ],
    ["long before it", "1969-07-20T20:17:40Z", "rejected:older_than_retention"],
  ])("%s has its outcome", async (_, timestamp, outcome) => {
    const play = makePlayRecord(0, makePlay({ timestamp }), AFTER_MOVE);

    expect(await judge([play])).toEqual([`0:0 ${outcome}`]);
  });

  it("is one from that very millisecond on", async () => {
    const plays = [BEFORE_MOVE, AFTER_MOVE].map((time, offset) =>
      makePlayRecord(
        offset,
        makePlay({ event_id: makeEventId(offset), timestamp: OLD }),
        time,
      ),
    );

    expect(await judge(plays)).toEqual([
      "0:0 accepted",
      "0:1 rejected:older_than_retention",
    ]);
  });

  it("is every play where the horizon moved before everything", async () => {
    const plays = [OLD, "2024-01-01T00:00:00Z"].map((timestamp, offset) =>
      makePlayRecord(
        offset,
        makePlay({ event_id: makeEventId(offset), timestamp }),
      ),
    );

    const { outcomes, outcomeCounts } = await expectTables(
      [...makeCatalogue(), ...plays],
      { retention: { ...RETENTION, sinceMs: 0 } },
    );

    expect(outcomes.map(({ outcome }) => outcome)).toEqual([
      "rejected:older_than_retention",
      "accepted",
    ]);
    expect(outcomeCounts["rejected:older_than_retention"]).toBe(1);
  });
});

describe("the order of checks", () => {
  it("has the shape before the horizon", async () => {
    const play = makePlay({ timestamp: OLD, user_id: "1" });

    expect(await judge([makePlayRecord(0, play, AFTER_MOVE)])).toEqual([
      "0:0 rejected:invalid_schema",
    ]);
  });

  it("has the fact before the horizon", async () => {
    const records = [
      makePlayRecord(0, makePlay()),
      makePlayRecord(1, makePlay({ timestamp: OLD }), AFTER_MOVE),
      makePlayRecord(
        2,
        makePlay({ event_id: makeEventId(2), user_id: 2 }),
        AFTER_MOVE,
      ),
      makePlayRecord(
        3,
        makePlay({ event_id: makeEventId(2), timestamp: OLD }),
        AFTER_MOVE,
      ),
    ];

    expect(await judge(records)).toEqual([
      "0:0 accepted",
      "0:1 rejected:conflicting_duplicate",
      "0:2 accepted",
      "0:3 rejected:conflicting_duplicate",
    ]);
  });

  it("has the horizon before a fact that comes only later", async () => {
    const records = [
      makePlayRecord(0, makePlay({ timestamp: OLD }), AFTER_MOVE),
      makePlayRecord(1, makePlay(), AFTER_MOVE),
    ];

    expect(await judge(records)).toEqual([
      "0:0 rejected:older_than_retention",
      "0:1 accepted",
    ]);
  });

  it("has the future before the horizon", async () => {
    const play = makePlay({ timestamp: FUTURE, user_id: 99 });
    const { outcomes } = await expectTables([makePlayRecord(0, play)], {
      retention: { horizonMs: Date.parse("2024-01-01T01:00:00Z"), sinceMs: 0 },
    });

    expect(outcomes[0]?.outcome).toBe("rejected:future_timestamp");
  });

  it("has the horizon before an unknown reference", async () => {
    const play = makePlay({ timestamp: OLD, user_id: 99 });
    const records = [
      makePlayRecord(0, play, BEFORE_MOVE),
      makePlayRecord(1, play, AFTER_MOVE),
    ];

    expect(await judge(records)).toEqual([
      "0:0 rejected:unknown_reference",
      "0:1 rejected:older_than_retention",
    ]);
  });
});

describe("a fact before the horizon", () => {
  it("is deleted, but stays in the metric tables", async () => {
    const { facts, hourly, userEngagement } = await retain([
      makePlayRecord(0, makePlay({ timestamp: OLD })),
      makePlayRecord(
        1,
        makePlay({ event_id: makeEventId(2), stream_duration_seconds: 30 }),
      ),
      makePlayRecord(
        2,
        makePlay({
          event_id: makeEventId(3),
          timestamp: "2024-01-01T00:05:00Z",
          stream_duration_seconds: 10,
        }),
        AFTER_MOVE,
      ),
      makePlayRecord(
        3,
        makePlay({ event_id: makeEventId(4), timestamp: OLD }),
        AFTER_MOVE,
      ),
    ]);

    expect(facts.map((fact) => fact["event_id"])).toEqual([
      makeEventId(2),
      makeEventId(3),
    ]);
    const rates = { skip_rate: 0, like_rate: 0 };
    const uniques = { unique_users: 1n, unique_songs: 1n, unique_artists: 1n };
    expect(hourly).toEqual([
      {
        time_window: NEW_YEAR_US - 60n * MINUTE_US,
        stream_count: 1n,
        total_listen_time: 100n,
        avg_listen_time: 100,
        ...uniques,
        ...rates,
      },
      {
        time_window: NEW_YEAR_US,
        stream_count: 2n,
        total_listen_time: 40n,
        avg_listen_time: 20,
        ...uniques,
        ...rates,
      },
    ]);
    expect(
      userEngagement.map((row) => [row["time_window"], row["stream_count"]]),
    ).toEqual([
      [NEW_YEAR_US - 5n * MINUTE_US, 1n],
      [NEW_YEAR_US, 1n],
      [NEW_YEAR_US + 5n * MINUTE_US, 1n],
    ]);
  });

  it("is deleted even where no record comes after", async () => {
    const tables = await retain([
      makePlayRecord(0, makePlay({ timestamp: OLD })),
    ]);

    expect(tables.facts).toEqual([]);
    expect(tables.outcomeCounts.accepted).toBe(1);
    expect(tables.hourly).toHaveLength(1);
  });

  it("still has duplicates before the horizon moves", async () => {
    const old = makePlay({ timestamp: OLD });
    const records = [
      makePlayRecord(0, old),
      makePlayRecord(1, old),
      makePlayRecord(2, makePlay({ timestamp: OLD, user_id: 2 })),
    ];

    expect(await judge(records)).toEqual([
      "0:0 accepted",
      "0:1 duplicate",
      "0:2 rejected:conflicting_duplicate",
    ]);
  });

  it("is no fact any more for the same play and for another of its id", async () => {
    const records = [
      makePlayRecord(0, makePlay({ timestamp: OLD })),
      makePlayRecord(1, makePlay({ timestamp: OLD }), AFTER_MOVE),
      makePlayRecord(2, makePlay(), AFTER_MOVE),
      makePlayRecord(3, makePlay(), AFTER_MOVE),
      makePlayRecord(4, makePlay({ timestamp: OLD }), AFTER_MOVE),
    ];
    const { facts, hourly } = await retain(records);

    expect(await judge(records)).toEqual([
      "0:0 accepted",
      "0:1 rejected:older_than_retention",
      "0:2 accepted",
      "0:3 duplicate",
      "0:4 rejected:conflicting_duplicate",
    ]);
    expect(facts.map((fact) => fact["timestamp"])).toEqual([NEW_YEAR_US]);
    expect(hourly.map((row) => row["stream_count"])).toEqual([1n, 1n]);
  });
});

describe("a fact on the horizon", () => {
  it("makes the same play a duplicate and another a conflict later", async () => {
    const records = [
      makePlayRecord(0, makePlay()),
      makePlayRecord(1, makePlay(), AFTER_MOVE),
      makePlayRecord(2, makePlay({ user_id: 2 }), AFTER_MOVE),
    ];

    expect(await judge(records)).toEqual([
      "0:0 accepted",
      "0:1 duplicate",
      "0:2 rejected:conflicting_duplicate",
    ]);
  });

  it("goes to the play before the move, wherever it was read", async () => {
    const records = [
      makePlayRecord(0, makePlay(), { partition: 0, ...AFTER_MOVE }),
      makePlayRecord(9, makePlay(), { partition: 9, ...BEFORE_MOVE }),
    ];

    expect(await judge(records)).toEqual(["0:0 duplicate", "9:9 accepted"]);
  });

  it("is none yet for a play before the move, wherever it was read", async () => {
    const records = [
      makePlayRecord(0, makePlay(), { partition: 0, ...AFTER_MOVE }),
      makePlayRecord(9, makePlay({ user_id: 99 }), {
        partition: 9,
        ...BEFORE_MOVE,
      }),
    ];

    expect(await judge(records)).toEqual([
      "0:0 accepted",
      "9:9 rejected:unknown_reference",
    ]);
  });
});

describe("ids that come again after the horizon has moved", () => {
  const another = makePlay({ user_id: 2 });
  const third = makePlay({ user_id: 3 });
  const old = makePlay({ timestamp: OLD });

  it.each([
    [
      "another payload then",
      [makePlayRecord(0, makePlay()), makePlayRecord(1, another, AFTER_MOVE)],
    ],
    [
      "two other payloads, while the fact is left",
      [
        makePlayRecord(0, makePlay()),
        makePlayRecord(1, another, AFTER_MOVE),
        makePlayRecord(2, third, AFTER_MOVE),
      ],
    ],
    [
      "another payload, where the fact was deleted",
      [makePlayRecord(0, old), makePlayRecord(1, another, AFTER_MOVE)],
    ],
    [
      "an old payload and another then",
      [
        makePlayRecord(0, old, AFTER_MOVE),
        makePlayRecord(1, another, AFTER_MOVE),
      ],
    ],
  ])("do not conflict over the fact with %s", async (_, records) => {
    expect((await retain(records)).conflictingIds).toEqual([]);
  });

  it.each([
    [
      "two payloads before",
      [makePlayRecord(0, old), makePlayRecord(1, another)],
    ],
    [
      "two payloads then, where the fact was deleted",
      [
        makePlayRecord(0, old),
        makePlayRecord(1, another, AFTER_MOVE),
        makePlayRecord(2, third, AFTER_MOVE),
      ],
    ],
    [
      "two payloads before and two then",
      [
        makePlayRecord(0, old),
        makePlayRecord(1, makePlay({ timestamp: OLD, user_id: 2 })),
        makePlayRecord(2, another, AFTER_MOVE),
        makePlayRecord(3, third, AFTER_MOVE),
      ],
    ],
  ])("conflict over the fact with %s", async (_, records) => {
    expect((await retain(records)).conflictingIds).toEqual([makeEventId(1)]);
  });

  it("depend on the order only within one side of the move", async () => {
    const { orderDependentIds } = await retain([
      makePlayRecord(0, makePlay()),
      makePlayRecord(0, another, { partition: 1, ...AFTER_MOVE }),
      makePlayRecord(
        1,
        makePlay({ event_id: makeEventId(2), timestamp: OLD }),
        AFTER_MOVE,
      ),
      makePlayRecord(2, makePlay({ event_id: makeEventId(2) }), AFTER_MOVE),
      makePlayRecord(3, makePlay({ event_id: makeEventId(3) })),
      makePlayRecord(3, makePlay({ event_id: makeEventId(3) }), {
        partition: 1,
      }),
    ]);

    expect(orderDependentIds).toEqual([makeEventId(2), makeEventId(3)]);
  });
});

describe("a reference", () => {
  it("that comes after the move helps only the play that is sent again", async () => {
    const play = makePlay({ user_id: 99 });
    const oldPlay = makePlay({
      event_id: makeEventId(2),
      user_id: 99,
      timestamp: OLD,
    });
    const records = [
      makeDimensionRecord("users", 9, makeUser(99), AFTER_MOVE),
      makePlayRecord(0, play, BEFORE_MOVE),
      makePlayRecord(1, oldPlay, BEFORE_MOVE),
      makePlayRecord(2, play, AFTER_MOVE),
      makePlayRecord(3, oldPlay, AFTER_MOVE),
    ];

    expect(await judge(records)).toEqual([
      "0:0 rejected:unknown_reference",
      "0:1 rejected:unknown_reference",
      "0:2 accepted",
      "0:3 rejected:older_than_retention",
    ]);
  });

  it.each([
    ["both before the move", BEFORE_MOVE, BEFORE_MOVE, "accepted"],
    ["only the artist after it", BEFORE_MOVE, AFTER_MOVE, "unknown"],
    ["only the album after it", AFTER_MOVE, BEFORE_MOVE, "unknown"],
    ["both after it", AFTER_MOVE, AFTER_MOVE, "unknown"],
  ])(
    "to an album holds with its artist, %s",
    async (_, albumTime, artistTime, then) => {
      const play = makePlay({ album_id: 50 });
      const artist = { artist_id: 99, name: "artist-99" };
      const records = [
        makeDimensionRecord("albums", 50, makeAlbum(50, 99), albumTime),
        makeDimensionRecord("artists", 99, artist, artistTime),
        makePlayRecord(0, play, BEFORE_MOVE),
        makePlayRecord(1, play, AFTER_MOVE),
      ];

      expect(await judge(records)).toEqual(
        then === "accepted"
          ? ["0:0 accepted", "0:1 duplicate"]
          : ["0:0 rejected:unknown_reference", "0:1 accepted"],
      );
    },
  );

  it("to an album holds before the move only by a version of then", async () => {
    const play = makePlay({ album_id: 50 });
    const records = [
      makeDimensionRecord("albums", 50, makeAlbum(50, 99), BEFORE_MOVE),
      makeDimensionRecord("albums", 51, makeAlbum(50, 1), AFTER_MOVE),
      makePlayRecord(0, play, BEFORE_MOVE),
      makePlayRecord(1, play, AFTER_MOVE),
    ];

    expect(await judge(records)).toEqual([
      "0:0 rejected:unknown_reference",
      "0:1 accepted",
    ]);
  });
});

describe("a horizon", () => {
  it.each([0, Date.parse("2100-01-01T00:00:00Z")])(
    "before every play changes nothing where it moved at %d",
    async (sinceMs) => {
      const records = [...makeCatalogue(), ...PLAYS.map(recordPlay)];
      const retention = { horizonMs: 0, sinceMs };

      expect(await expectTables(records, { retention })).toEqual(
        await expectTables(records),
      );
    },
  );

  it.each([1, 1_800_000, -1, 0.5, Number.NaN, Number.POSITIVE_INFINITY])(
    "at %d ms is refused, as it is no full hour",
    async (horizonMs) => {
      await expect(
        expectTables([], { retention: { horizonMs, sinceMs: 0 } }),
      ).rejects.toThrow("horizonMs is");
    },
  );

  it("may lie before 1970", async () => {
    const plays = ["23:00:00Z", "22:59:59.999999Z"].map((time, offset) =>
      makePlayRecord(
        offset,
        makePlay({
          event_id: makeEventId(offset),
          timestamp: `1969-12-31T${time}`,
        }),
      ),
    );
    const { outcomeCounts } = await expectTables(
      [...makeCatalogue(), ...plays],
      { retention: { horizonMs: -3_600_000, sinceMs: 0 } },
    );

    expect(outcomeCounts).toMatchObject({
      accepted: 1,
      "rejected:older_than_retention": 1,
    });
  });
});

const HORIZON_US = RETENTION.horizonMs * 1000;

/** A horizon that the plays of `FUTURE` lie before, too. */
const LATE_RETENTION = {
  ...RETENTION,
  horizonMs: Date.parse("2024-01-01T01:00:00Z"),
};

const PLAIN: RetainedPlay = {
  id: 0,
  partition: 0,
  recordMs: BEFORE_MOVE.timestampMs,
  playedUs: HORIZON_US,
  userId: 1,
  durationSeconds: 10,
};

/** Plays on which every wrong rule below shows. */
const RETAINED: RetainedPlay[] = [
  { ...PLAIN, playedUs: HORIZON_US - 1 },
  { ...PLAIN, id: 1 },
  { ...PLAIN, id: 2, userId: 98 },
  { ...PLAIN, playedUs: HORIZON_US - 1, recordMs: RETENTION.sinceMs },
  { ...PLAIN, recordMs: RETENTION.sinceMs + 1 },
  {
    ...PLAIN,
    id: 1,
    playedUs: HORIZON_US - 1,
    recordMs: RETENTION.sinceMs + 1,
  },
  { ...PLAIN, id: 2, userId: 98, recordMs: RETENTION.sinceMs + 1 },
  {
    ...PLAIN,
    id: 3,
    playedUs: HORIZON_US - 1,
    userId: 99,
    recordMs: RETENTION.sinceMs + 1,
  },
  {
    ...PLAIN,
    id: 4,
    playedUs: Date.parse(FUTURE) * 1000,
    recordMs: RETENTION.sinceMs + 1,
  },
  { ...PLAIN, id: 5, recordMs: RETENTION.sinceMs },
];

const USERS = [
  makeDimensionRecord("users", 98, makeUser(98), AFTER_MOVE),
  ...makeCatalogue(),
];

/** What the plain judge finds, as the oracle has it. */
async function retainByOracle(
  plays: readonly RetainedPlay[],
  retention = RETENTION,
) {
  const { outcomes, facts, hourly } = await expectTables(
    [...USERS, ...plays.map(recordRetained)],
    { retention },
  );
  const outcomeOf = new Map(
    outcomes.map(({ offset, outcome }) => [offset, outcome]),
  );
  return {
    outcomes: plays.map((_, place) => outcomeOf.get(place)),
    facts: facts.map((fact) => [
      fact["event_id"],
      fact["timestamp"],
      fact["user_id"],
      fact["stream_duration_seconds"],
    ]),
    counted: hourly.reduce((sum, row) => sum + Number(row["stream_count"]), 0),
  };
}

/** The plain judge's findings in the same form. */
function showByHand(
  plays: readonly RetainedPlay[],
  retention = RETENTION,
  changes: Partial<RetentionRules> = {},
) {
  const { facts, ...rest } = retainByHand(plays, retention, changes);
  return {
    ...rest,
    facts: plays
      .filter((_, place) => facts.includes(place))
      .toSorted((left, right) => left.id - right.id)
      .map(({ id, playedUs, userId, durationSeconds }) => [
        makeEventId(id),
        BigInt(playedUs),
        userId,
        durationSeconds,
      ]),
  };
}

/** Each wrong rule with the horizon with which it shows. */
const WRONG_RULES: [
  title: string,
  changes: Partial<RetentionRules>,
  retention?: typeof RETENTION,
][] = [
  [
    "a play on the horizon rejected",
    {
      checks: [
        findKnown,
        findFuture,
        (play, judged) =>
          findOld({ ...play, playedUs: play.playedUs - 1 }, judged),
        findOrphan,
      ],
    },
  ],
  [
    "an old play rejected before the horizon moves",
    {
      checks: [
        findKnown,
        findFuture,
        (play, judged) => findOld(play, { ...judged, isSecondPhase: true }),
        findOrphan,
      ],
    },
  ],
  ["old plays let through", { checks: [findKnown, findFuture, findOrphan] }],
  [
    "the horizon checked before the fact",
    { checks: [findOld, findKnown, findFuture, findOrphan] },
  ],
  [
    "the horizon checked before the future",
    { checks: [findKnown, findOld, findFuture, findOrphan] },
    LATE_RETENTION,
  ],
  [
    "the reference checked before the horizon",
    { checks: [findKnown, findFuture, findOrphan, findOld] },
  ],
  [
    "a move one millisecond late",
    { isSecondPhase: (recordMs, sinceMs) => recordMs > sinceMs },
  ],
  [
    "a fact on the horizon deleted",
    { isDeleted: (playedUs, horizonMs) => playedUs <= horizonMs * 1000 },
  ],
  ["no fact deleted", { isDeleted: () => false }],
  ["a deleted fact that is still known", { forgetsDeleted: false }],
];

describe("expectTables beside a plain judge", () => {
  const expected = new Map<
    typeof RETENTION,
    Awaited<ReturnType<typeof retainByOracle>>
  >();

  beforeAll(async () => {
    for (const retention of [RETENTION, LATE_RETENTION]) {
      expected.set(retention, await retainByOracle(RETAINED, retention));
    }
  });

  it.each([
    ["the horizon", RETENTION],
    ["a later horizon", LATE_RETENTION],
  ])("agrees on the given plays with %s", (_, retention) => {
    expect(showByHand(RETAINED, retention)).toEqual(expected.get(retention));
  });

  it.each(WRONG_RULES)("sees %s", (_, changes, retention = RETENTION) => {
    expect(showByHand(RETAINED, retention, changes)).not.toEqual(
      expected.get(retention),
    );
  });

  it("agrees on any plays", async () => {
    const { sinceMs } = RETENTION;
    const play = fc.record({
      id: fc.nat({ max: 29 }),
      partition: fc.nat({ max: 1 }),
      recordMs: fc.constantFrom(sinceMs - 1, sinceMs, sinceMs + 1_800_000),
      playedUs: fc.constantFrom(
        HORIZON_US - 1,
        HORIZON_US,
        HORIZON_US + 1,
        Date.parse(FUTURE) * 1000,
      ),
      userId: fc.constantFrom(1 as const, 98 as const, 99 as const),
      durationSeconds: fc.constantFrom(10, 20),
    });
    await fc.assert(
      fc.asyncProperty(
        // Many plays in few runs, as a run of the oracle takes about as long for one as for a hundred.
        fc.array(play, { minLength: 100, maxLength: 200 }),
        fc.constantFrom(RETENTION, LATE_RETENTION),
        async (plays, retention) => {
          expect(await retainByOracle(plays, retention)).toEqual(
            showByHand(plays, retention),
          );
        },
      ),
      { numRuns: 10 },
    );
  });
});
