import { expect, test } from "vitest";
import { z } from "zod";

import { createCatalogue } from "#shared/domain/catalogue/catalogue.ts";
import { planPlays } from "#shared/domain/plays/plan-plays.ts";
import { parseTimestamp } from "#shared/domain/timestamp.ts";
import { PLAIN_PLAYS, shapePlay } from "#tests/bench/shape-play.ts";

const HOUR_MICROS = 3600 * 1_000_000;
const FROM_MICROS = Date.UTC(2026, 2, 1) * 1000;
const PLAYS = [
  ...planPlays(createCatalogue(1), {
    fromMicros: FROM_MICROS,
    toMicros: FROM_MICROS + 2 * HOUR_MICROS,
    count: 500,
  }),
];

const playSchema = z.looseObject({
  event_id: z.string(),
  timestamp: z.string(),
  user_id: z.int(),
});
type Play = z.infer<typeof playSchema>;
const read = ({ value }: { readonly value: unknown }): Play =>
  playSchema.parse(JSON.parse(String(value)));
const readMicros = (play: Play) => parseTimestamp(play.timestamp) ?? Number.NaN;
/** The first 48 bits of a UUIDv7. */
const readIdMs = (id: string) =>
  Number.parseInt(id.replaceAll("-", "").slice(0, 12), 16);

test("a plain play stays what it is", () => {
  for (const play of PLAYS) expect(shapePlay(play, PLAIN_PLAYS)).toBe(play);
});

test("a random id is a UUIDv4 that is key and event_id, and all else stays", () => {
  for (const play of PLAYS) {
    const shaped = shapePlay(play, { ids: "random", lateShare: 0 });
    expect(shaped.key).toMatch(
      /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[89ab][\da-f]{3}-[\da-f]{12}$/,
    );
    expect(read(shaped)).toEqual({ ...read(play), event_id: shaped.key });
  }
});

test("random ids are all different, in no order, and the same in every run", () => {
  const shape = { ids: "random", lateShare: 0 } as const;
  const ids = PLAYS.map((play) => String(shapePlay(play, shape).key));

  expect(new Set(ids).size).toBe(PLAYS.length);
  expect(ids.toSorted()).not.toEqual(ids);
  expect(PLAYS.map((play) => shapePlay(play, shape).key)).toEqual(ids);
});

test("about the share of the plays is late by an hour to three days, with the id of its time", () => {
  const shape = { ids: "time-ordered", lateShare: 0.1 } as const;
  const late = PLAYS.filter((play) => shapePlay(play, shape) !== play);

  expect(late.length / PLAYS.length).toBeCloseTo(0.1, 1);
  for (const play of late) {
    const shaped = shapePlay(play, shape);
    const delay = readMicros(read(play)) - readMicros(read(shaped));
    expect(delay).toBeGreaterThanOrEqual(HOUR_MICROS);
    expect(delay).toBeLessThan(72 * HOUR_MICROS);
    expect(shaped.key).toBe(read(shaped).event_id);
    expect(readIdMs(String(shaped.key))).toBe(
      Math.floor(readMicros(read(shaped)) / 1000),
    );
    expect(read(shaped).user_id).toBe(read(play).user_id);
  }
});

test("a record that is no play is refused", () => {
  expect(() =>
    shapePlay({ key: "1", value: null }, { ids: "random", lateShare: 0 }),
  ).toThrow("mix no malformed plays into this backlog");
});
