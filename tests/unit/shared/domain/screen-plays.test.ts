import { expect, test } from "vitest";

import {
  type PlayKnowledge,
  screenPlays,
} from "#shared/domain/screen-plays.ts";
import { eventIdOf, microsOf, NOON } from "#tests/support/rows/make-play.ts";
import { makeMicroBatch } from "#tests/support/rows/make-records.ts";

const NOTHING: ReadonlySet<number> = new Set();
const ALL_WELL: PlayKnowledge = {
  missing: {
    users: NOTHING,
    artists: NOTHING,
    albums: NOTHING,
    songs: NOTHING,
    devices: NOTHING,
    locations: NOTHING,
  },
  knownIds: new Set(),
  horizonMicros: -Infinity,
};

test("what is new, present and known in all its references is clean", () => {
  expect(screen([{ id: 1 }, { id: 2 }])).toEqual([[1, 2], []]);
});

test.for([
  ["users", "userId"],
  ["artists", "artistId"],
  ["albums", "albumId"],
  ["songs", "songId"],
  ["devices", "deviceId"],
  ["locations", "locationId"],
] as const)("a play is doubtful whose %s are missing", ([dimension, field]) => {
  const knowledge = {
    ...ALL_WELL,
    missing: { ...ALL_WELL.missing, [dimension]: new Set([7]) },
  };

  expect(screen([{ id: 1 }, { id: 2, [field]: 7 }], knowledge)).toEqual([
    [1],
    [2],
  ]);
});

test("so is one whose id is a fact", () => {
  const knowledge = { ...ALL_WELL, knownIds: new Set([eventIdOf(2)]) };

  expect(screen([{ id: 1 }, { id: 2 }], knowledge)).toEqual([[1], [2]]);
});

test("so are all plays of an id that comes more than once, the first included", () => {
  expect(screen([{ id: 1 }, { id: 2 }, { id: 1, offset: 9 }])).toEqual([
    [2],
    [1, 1],
  ]);
});

test("so is one from before the horizon; at the horizon it is not", () => {
  const knowledge = { ...ALL_WELL, horizonMicros: microsOf(NOON) };

  expect(
    screen(
      [{ id: 1 }, { id: 2, at: "2026-01-15T11:59:59.999999Z" }],
      knowledge,
    ),
  ).toEqual([[1], [2]]);
});

test("so is one from the future of its record", () => {
  expect(
    screen([{ id: 1 }, { id: 2, takenAt: "2026-01-15T11:00:00Z" }]),
  ).toEqual([[1], [2]]);
});

/** Small numbers of the clean plays, and of the doubtful ones. */
function screen(
  traits: Parameters<typeof makeMicroBatch>[0],
  knowledge = ALL_WELL,
): number[][] {
  const { clean, doubtful } = screenPlays(
    makeMicroBatch(traits).plays,
    knowledge,
  );
  return [clean, doubtful].map((plays) =>
    plays.map(({ event }) => Number.parseInt(event.eventId.slice(-12), 16)),
  );
}
