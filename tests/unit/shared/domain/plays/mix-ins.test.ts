import { describe, expect, test } from "vitest";

import { createCatalogue } from "#shared/domain/catalogue/catalogue.ts";
import { decodeStreamEvent } from "#shared/domain/decode-stream-event.ts";
import { livePlays } from "#shared/domain/plays/live-plays.ts";
import type { PlayRecord } from "#shared/domain/plays/make-play-record.ts";
import type { MixInRates } from "#shared/domain/plays/mix-ins.ts";

const FROM = 1_767_225_600_000_000;
const MINUTE = 60_000_000;
const RATE = 100;
const catalogue = createCatalogue(1);
const period = { rate: RATE, fromMicros: FROM, toMicros: FROM + MINUTE };

const play = (mixIns: Partial<MixInRates>) => [
  ...livePlays(catalogue, { ...period, mixIns }),
];
const decode = ({ value }: PlayRecord) =>
  decodeStreamEvent({
    value: typeof value === "string" ? new TextEncoder().encode(value) : value,
  });
const valueOf = (record: PlayRecord) => {
  const decoded = decode(record);
  if (!decoded.ok) throw new Error(decoded.detail);
  return decoded.value;
};
const regular = play({});

/** How far each record lies behind the play that it would have been. */
function delaysOf(records: readonly PlayRecord[]): number[] {
  return records.map((record, index) => {
    const original = regular[index];
    if (original === undefined)
      throw new Error("There are more records than plays.");
    return valueOf(original).timestampMicros - valueOf(record).timestampMicros;
  });
}

test("nothing is mixed in unless it is asked for", () => {
  expect(regular).toHaveLength(60 * RATE);
  expect(
    regular.every(
      ({ kind, isDuplicate }) => kind === "regular" && !isDuplicate,
    ),
  ).toBe(true);
});

describe("what is mixed in", () => {
  test("comes in its share and leaves the other plays as they were", () => {
    const records = play({
      late: 0.1,
      outOfOrder: 0.2,
      orphans: 0.05,
      malformed: 0.15,
      duplicates: 0.25,
    });

    const shareOf = (matches: (record: PlayRecord) => boolean) =>
      records.filter(matches).length / records.length;
    expect(Math.abs(shareOf(({ kind }) => kind === "late") - 0.1)).toBeLessThan(
      0.015,
    );
    expect(
      Math.abs(shareOf(({ kind }) => kind === "outOfOrder") - 0.2),
    ).toBeLessThan(0.015);
    expect(
      Math.abs(shareOf(({ kind }) => kind === "orphan") - 0.05),
    ).toBeLessThan(0.015);
    expect(
      Math.abs(shareOf(({ kind }) => kind === "malformed") - 0.15),
    ).toBeLessThan(0.015);
    expect(
      Math.abs(shareOf(({ isDuplicate }) => isDuplicate) - 0.25),
    ).toBeLessThan(0.015);
    const changed = records.filter(
      ({ kind, value }, index) =>
        kind === "regular" && value !== regular[index]?.value,
    );
    expect(changed).toEqual([]);
  });

  test("late plays lie more than the lateness and a window back, up to hours", () => {
    const delays = delaysOf(play({ late: 1 }));
    expect(Math.min(...delays)).toBeGreaterThanOrEqual(20 * MINUTE);
    expect(Math.max(...delays)).toBeGreaterThan(5 * 60 * MINUTE);
    expect(Math.max(...delays)).toBeLessThan(7 * 60 * MINUTE);
  });

  test("out-of-order plays lie back within half of the lateness", () => {
    const delays = delaysOf(play({ outOfOrder: 1 }));
    expect(Math.min(...delays)).toBeGreaterThan(0);
    expect(Math.max(...delays)).toBeGreaterThan(4 * MINUTE);
    expect(Math.max(...delays)).toBeLessThanOrEqual(5 * MINUTE);
  });

  test("orphans have exactly one reference above the catalogue, of every dimension in turn", () => {
    const { sizes } = catalogue;
    const missing = play({ orphans: 1 }).map((record) => {
      const orphan = valueOf(record);
      return [
        orphan.userId > sizes.users,
        orphan.songId > sizes.songs,
        orphan.artistId > sizes.artists,
        orphan.albumId > sizes.albums,
        orphan.deviceId > sizes.devices,
        orphan.locationId > sizes.locations,
      ];
    });
    expect(missing.every((flags) => flags.filter(Boolean).length === 1)).toBe(
      true,
    );
    expect(new Set(missing.map((flags) => flags.indexOf(true))).size).toBe(6);
  });

  test("malformed plays are all rejected, for both reasons and in many ways", () => {
    const outcomes = play({ malformed: 1 }).map(decode);
    expect(outcomes.filter(({ ok }) => ok)).toEqual([]);
    const details = new Set(
      outcomes.map((outcome) =>
        outcome.ok ? "" : `${outcome.reason} ${outcome.detail}`,
      ),
    );
    expect(
      [...details].filter((detail) => detail.startsWith("malformed_json"))
        .length,
    ).toBeGreaterThan(3);
    expect(
      [...details].filter((detail) => detail.startsWith("invalid_schema"))
        .length,
    ).toBe(9);
  });

  test("malformed plays keep the event_id as their key", () => {
    expect(play({ malformed: 1 }).map(({ key }) => key)).toEqual(
      regular.map(({ key }) => key),
    );
  });
});
