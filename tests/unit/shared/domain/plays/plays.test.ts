import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import { createCatalogue } from "#shared/domain/catalogue/catalogue.ts";
import { decodeStreamEvent } from "#shared/domain/decode-stream-event.ts";
import { livePlays } from "#shared/domain/plays/live-plays.ts";
import type { PlayRecord } from "#shared/domain/plays/make-play-record.ts";
import { planPlays } from "#shared/domain/plays/plan-plays.ts";
import type { StreamEvent } from "#shared/domain/stream-event.ts";

const FROM = 1_767_225_600_000_000;
const SECOND = 1_000_000;
const DAY = 86_400 * SECOND;
const catalogue = createCatalogue(1);

function decode({ value }: Pick<PlayRecord, "value">): StreamEvent {
  const bytes =
    typeof value === "string" ? new TextEncoder().encode(value) : value;
  const decoded = decodeStreamEvent({ value: bytes });
  if (!decoded.ok) throw new Error(decoded.detail);
  return decoded.value;
}

describe("planned plays", () => {
  const plan = { fromMicros: FROM, toMicros: FROM + 2 * DAY, count: 20_000 };
  const records = [...planPlays(catalogue, plan)];
  const plays = records.map(decode);
  const shareOf = (matches: (play: StreamEvent) => boolean) =>
    plays.filter(matches).length / plays.length;

  test("are as many as planned, in the order of time, inside of the range, keyed by different ids", () => {
    expect(plays).toHaveLength(20_000);
    for (const [index, { timestampMicros }] of plays.entries()) {
      expect(timestampMicros).toBeGreaterThanOrEqual(
        plays[index - 1]?.timestampMicros ?? FROM,
      );
      expect(timestampMicros).toBeLessThan(plan.toMicros);
    }
    expect(new Set(plays.map(({ eventId }) => eventId)).size).toBe(20_000);
    expect(records.map(({ key }) => key)).toEqual(
      plays.map(({ eventId }) => eventId),
    );
  });

  test("have UUIDv7 ids of their time", () => {
    for (const { eventId, timestampMicros } of plays) {
      expect(eventId).toMatch(
        /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
      );
      expect(
        Number.parseInt(eventId.replaceAll("-", "").slice(0, 12), 16),
      ).toBe(Math.floor(timestampMicros / 1000));
    }
  });

  test("refer to a song with its album and artist", () => {
    for (const { songId, albumId, artistId } of plays) {
      expect(albumId).toBe(catalogue.albumOfSong[songId]);
      expect(artistId).toBe(catalogue.artistOfAlbum[albumId]);
    }
  });

  test("last exactly as long as their song when complete, and else less; none is complete and skipped", () => {
    const complete = plays.filter(({ isCompletePlay }) => isCompletePlay);
    const partial = plays.filter(({ isCompletePlay }) => !isCompletePlay);
    for (const { songId, streamDurationSeconds } of complete) {
      expect(streamDurationSeconds).toBe(catalogue.durationOfSong[songId]);
    }
    for (const { songId, streamDurationSeconds } of partial) {
      expect(streamDurationSeconds).toBeLessThan(
        catalogue.durationOfSong[songId] ?? 0,
      );
    }
    expect(complete.filter(({ isSkipped }) => isSkipped)).toEqual([]);
    expect(complete.length).toBeGreaterThan(partial.length);
  });

  test("are skipped, liked, shared and added to playlists in the shares of the design", () => {
    expect(Math.abs(shareOf((play) => play.isSkipped) - 0.3)).toBeLessThan(
      0.015,
    );
    expect(Math.abs(shareOf((play) => play.isLiked) - 0.2)).toBeLessThan(0.015);
    expect(Math.abs(shareOf((play) => play.isShared) - 0.1)).toBeLessThan(
      0.015,
    );
    expect(
      Math.abs(shareOf((play) => play.isAddedToPlaylist) - 0.15),
    ).toBeLessThan(0.015);
  });

  test("favour some songs and some users, and forget none", () => {
    const bySong = tally(plays.map(({ songId }) => songId));
    const byUser = tally(plays.map(({ userId }) => userId));
    expect(bySong[0]).toBeGreaterThan(20 * (bySong[250] ?? 0));
    expect(byUser[0]).toBeGreaterThan(5 * (byUser[50] ?? 0));
    expect(byUser).toHaveLength(100);
  });

  test("follow the hour of the day in UTC", () => {
    const byHour = new Map<number, number>();
    for (const { timestampMicros } of plays) {
      const hour = Math.floor((timestampMicros - FROM) / (3600 * SECOND)) % 24;
      byHour.set(hour, (byHour.get(hour) ?? 0) + 1);
    }
    const at = (hour: number) => byHour.get(hour) ?? 0;
    expect(at(20)).toBeGreaterThan(3 * at(3));
    expect(at(13)).toBeGreaterThan(at(10));
    expect(at(13)).toBeGreaterThan(at(16));
    expect(at(20)).toBeGreaterThan(at(13));
  });

  test("of another range or count are other plays", () => {
    const [first] = plays;
    const [other] = [
      ...planPlays(catalogue, { ...plan, count: 20_001, lastIndex: 0 }),
    ].map(decode);
    expect(other?.eventId.slice(-12)).not.toBe(first?.eventId.slice(-12));
  });

  test("cut by index make up the whole, with everything mixed in", () => {
    const mixIns = {
      late: 0.1,
      outOfOrder: 0.1,
      orphans: 0.1,
      malformed: 0.1,
      duplicates: 0.1,
    };
    const range = fc.record({
      fromMicros: fc.integer({ min: 0, max: 4_000_000_000_000_000 }),
      length: fc.integer({ min: 1, max: 40 * DAY }),
      count: fc.integer({ min: 1, max: 60 }),
    });
    fc.assert(
      fc.property(
        range,
        fc.nat(),
        ({ fromMicros, length, count: size }, at) => {
          const whole = {
            fromMicros,
            toMicros: fromMicros + length,
            count: size,
            mixIns,
          };
          const cut = at % size;
          const parts = [
            ...planPlays(catalogue, { ...whole, lastIndex: cut - 1 }),
            ...planPlays(catalogue, { ...whole, firstIndex: cut }),
          ];
          expect(parts).toEqual([...planPlays(catalogue, whole)]);
          expect(parts).toHaveLength(size);
        },
      ),
    );
  });

  test("stay in order and inside of any range, from a microsecond to years", () => {
    const range = fc.record({
      fromMicros: fc.integer({ min: 0, max: 4_000_000_000_000_000 }),
      length: fc.oneof(
        fc.integer({ min: 1, max: 100 }),
        fc.integer({ min: 1, max: 4000 * DAY }),
      ),
      count: fc.integer({ min: 1, max: 200 }),
    });
    fc.assert(
      fc.property(range, ({ fromMicros, length, count: size }) => {
        const toMicros = fromMicros + length;
        const times = [
          ...planPlays(catalogue, { fromMicros, toMicros, count: size }),
        ].map((record) => decode(record).timestampMicros);
        expect(times).toEqual(times.toSorted((a, b) => a - b));
        expect(times[0]).toBeGreaterThanOrEqual(fromMicros);
        expect(times.at(-1)).toBeLessThan(toMicros);
      }),
    );
  });
});

describe("live plays", () => {
  test("are the same with the same ids however time is cut into periods", () => {
    const cuts = fc.array(fc.integer({ min: 0, max: 10 * SECOND }), {
      maxLength: 12,
    });
    const rate = fc.constantFrom(0.3, 1, 3, 20, 33.3, 500);
    fc.assert(
      fc.property(cuts, rate, (offsets, plays) => {
        const edges = [
          0,
          ...offsets.toSorted((a, b) => a - b),
          10 * SECOND,
        ].map((offset) => FROM + offset);
        const pieces = edges.slice(1).flatMap((toMicros, index) => [
          ...livePlays(catalogue, {
            rate: plays,
            fromMicros: edges[index] ?? FROM,
            toMicros,
            mixIns: { late: 0.2 },
          }),
        ]);
        const whole = [
          ...livePlays(catalogue, {
            rate: plays,
            fromMicros: FROM,
            toMicros: FROM + 10 * SECOND,
            mixIns: { late: 0.2 },
          }),
        ];
        expect(pieces).toEqual(whole);
        expect(Math.abs(whole.length - plays * 10)).toBeLessThanOrEqual(2);
        expect(new Set(whole.map(({ key }) => key)).size).toBe(whole.length);
      }),
      { numRuns: 40 },
    );
  });

  test("happen in the period, in the order of time", () => {
    const records = [
      ...livePlays(catalogue, {
        rate: 20,
        fromMicros: FROM,
        toMicros: FROM + 60 * SECOND,
      }),
    ];
    const times = records.map((record) => decode(record).timestampMicros);
    expect(times).toHaveLength(1200);
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(times[0]).toBeGreaterThanOrEqual(FROM);
    expect(times.at(-1)).toBeLessThan(FROM + 60 * SECOND);
  });

  test("of an empty period are none", () => {
    expect([
      ...livePlays(catalogue, { rate: 20, fromMicros: FROM, toMicros: FROM }),
    ]).toEqual([]);
  });
});

function tally(ids: readonly number[]): number[] {
  const counts = new Map<number, number>();
  for (const id of ids) counts.set(id, (counts.get(id) ?? 0) + 1);
  return [...counts.values()].toSorted((a, b) => b - a);
}
