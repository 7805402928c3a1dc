import { describe, expect, it } from "vitest";

import { expectCharts } from "#tests/support/oracle/charts/expect-charts.ts";
import type { ChartSource } from "#tests/support/oracle/charts/types.ts";
import {
  makeDimension,
  makePeriod,
  makePlays,
  makeSource,
  MINUTE_MS,
  NOON_MS,
} from "./make-chart-source.ts";

const SECOND_BUCKET = { playedAtMs: NOON_MS + 5 * MINUTE_MS };
const THIRD_BUCKET = { playedAtMs: NOON_MS + 10 * MINUTE_MS };

const expectRows = (source: ChartSource, period = makePeriod()) =>
  expectCharts("content-performance", source, period);

const range = (count: number): number[] =>
  Array.from({ length: count }, (_, index) => index + 1);

describe("the top songs", () => {
  it("are ten, and of those with as many streams the ones with the lower ids", () => {
    const songs = range(12).toReversed();
    const source = makeSource(
      songs.flatMap((songId) => makePlays(songId === 12 ? 2 : 1, { songId })),
    );

    expect(expectRows(source)["top-songs"]).toEqual([
      ["song 12 – artist 1", 2],
      ...range(9).map((songId) => [`song ${songId} – artist 1`, 1]),
    ]);
  });

  it("are named with the artist with whom they were played most, of several the one with the lowest id", () => {
    const source = makeSource(
      [
        ...makePlays(1, { songId: 1, artistId: 1 }),
        ...makePlays(2, { songId: 1, artistId: 3 }),
        ...makePlays(1, { songId: 2, artistId: 3 }),
        ...makePlays(1, { songId: 2, artistId: 2 }),
      ],
      {
        songs: makeDimension({ 1: { title: "Fog" }, 2: { title: null } }),
        artists: makeDimension({ 2: { name: "Bo" }, 3: { name: "Cy" } }),
      },
    );

    expect(expectRows(source)["top-songs"]).toEqual([
      ["Fog – Cy", 3],
      ["song 2 – Bo", 2],
    ]);
  });

  it("of one title are kept apart, and by their ids where their artist has one name, too", () => {
    const source = makeSource(
      range(4).flatMap((songId) =>
        makePlays(5 - songId, { songId, artistId: songId }),
      ),
      {
        songs: makeDimension(
          Object.fromEntries(range(4).map((id) => [id, { title: "Fog" }])),
        ),
        artists: makeDimension({
          1: { name: "Bo" },
          2: { name: "Cy" },
          3: { name: "Bo" },
          4: { name: "Di" },
        }),
      },
    );

    expect(expectRows(source)["top-songs"]).toEqual([
      ["Fog – Bo (1)", 4],
      ["Fog – Cy", 3],
      ["Fog – Bo (3)", 2],
      ["Fog – Di", 1],
    ]);
  });
});

describe("trending songs", () => {
  it("rose by at least one to at least five streams, the steepest first, ties by streams and then by id", () => {
    const source = makeSource([
      ...makePlays(4, { songId: 1, ...SECOND_BUCKET }),
      ...makePlays(5, { songId: 2, ...SECOND_BUCKET }),
      ...makePlays(5, { songId: 3 }),
      ...makePlays(5, { songId: 3, ...SECOND_BUCKET }),
      ...makePlays(4, { songId: 4 }),
      ...makePlays(6, { songId: 4, ...SECOND_BUCKET }),
      ...makePlays(5, { songId: 5 }),
      ...makePlays(7, { songId: 5, ...SECOND_BUCKET }),
      ...makePlays(4, { songId: 6 }),
      ...makePlays(6, { songId: 6, ...SECOND_BUCKET }),
    ]);

    expect(expectRows(source)["trending"]).toEqual([
      ["song 2 – artist 1", 5, 0, null, "new"],
      ["song 5 – artist 1", 7, 5, 0.4, "rising"],
      ["song 4 – artist 1", 6, 4, 0.5, "rising"],
      ["song 6 – artist 1", 6, 4, 0.5, "rising"],
    ]);
  });

  it("are ten at most", () => {
    const source = makeSource(
      range(12).flatMap((songId) => makePlays(5, { songId, ...SECOND_BUCKET })),
    );

    expect(expectRows(source)["trending"]).toHaveLength(10);
  });

  it.each([
    ["the newest two, when both are final", [0, 5, 10], 6],
    ["the two before a bucket that is not final", [0, 5], 5],
    ["none, when the one between is not final", [0, 10], undefined],
    ["none, when only the first is final", [0], undefined],
    ["none, when the one before is not final", [5], undefined],
    ["none, when no bucket is final", [], undefined],
  ])("are of %s", (_, finalMinutes, streams) => {
    const source = makeSource([
      ...makePlays(5, SECOND_BUCKET),
      ...makePlays(6, THIRD_BUCKET),
    ]);
    const period = makePeriod({
      untilMs: NOON_MS + 15 * MINUTE_MS,
      finalBuckets: new Set(
        finalMinutes.map((minute) => NOON_MS + minute * MINUTE_MS),
      ),
    });

    expect(
      expectRows(source, period)["trending"]?.map((row) => row[1]),
    ).toEqual(streams === undefined ? [] : [streams]);
  });

  it("are not compared with a bucket before the period", () => {
    const source = makeSource(makePlays(5, SECOND_BUCKET));
    const period = makePeriod({ fromMs: NOON_MS + 5 * MINUTE_MS });

    expect(expectRows(source, period)["trending"]).toEqual([]);
  });

  it("are told apart from top songs of the same label", () => {
    const popular = range(10).flatMap((songId) => makePlays(9, { songId }));
    const rising = makePlays(5, { songId: 11, ...SECOND_BUCKET });
    const source = makeSource([...popular, ...rising], {
      songs: makeDimension({ 1: { title: "Fog" }, 11: { title: "Fog" } }),
    });

    const rows = expectRows(source);

    expect(rows["top-songs"]?.[0]).toEqual(["Fog – artist 1 (1)", 9]);
    expect(rows["trending"]).toEqual([
      ["Fog – artist 1 (11)", 5, 0, null, "new"],
    ]);
  });

  it("bear the artist of the whole period", () => {
    const source = makeSource([
      ...makePlays(5, { artistId: 2, ...SECOND_BUCKET }),
      ...makePlays(6, { artistId: 1, ...THIRD_BUCKET }),
    ]);
    const period = makePeriod({ untilMs: NOON_MS + 15 * MINUTE_MS });

    expect(expectRows(source, period)["trending"]?.[0]?.[0]).toBe(
      "song 1 – artist 1",
    );
  });
});

describe("artists", () => {
  it("are those of the plays, fifteen, with rates of their own", () => {
    const source = makeSource([
      ...range(16)
        .toReversed()
        .flatMap((artistId) => makePlays(1, { artistId })),
      ...makePlays(1, { artistId: 16, isCompletePlay: true }),
      ...makePlays(2, { artistId: 16, isLiked: true, isCompletePlay: true }),
    ]);

    expect(expectRows(source)["artists"]).toEqual([
      ["artist 16", 4, 0.75, 0.5],
      ...range(14).map((artistId) => [`artist ${artistId}`, 1, 0, 0]),
    ]);
  });

  it("of one name are told apart by their ids", () => {
    const source = makeSource(
      range(3).flatMap((artistId) => makePlays(4 - artistId, { artistId })),
      {
        artists: makeDimension({
          1: { name: "Bo" },
          2: { name: "Cy" },
          3: { name: "Bo" },
        }),
      },
    );

    expect(expectRows(source)["artists"]?.map(([label]) => label)).toEqual([
      "Bo (1)",
      "Cy",
      "Bo (3)",
    ]);
  });
});

describe("rates", () => {
  it("by genre are those of all its plays, and songs without a genre are together", () => {
    const source = makeSource(
      [
        ...makePlays(1, { songId: 1, isSkipped: true }),
        ...makePlays(99, { songId: 2, isLiked: true }),
        ...makePlays(1, { songId: 3 }),
        ...makePlays(1, { songId: 4, isSkipped: true }),
        ...makePlays(1, { songId: 5 }),
      ],
      {
        songs: makeDimension({
          1: { genre: "rock" },
          2: { genre: "rock" },
          3: { genre: "Jazz" },
          4: { genre: null },
        }),
      },
    );

    expect(expectRows(source)).toMatchObject({
      "skip-rate-by-genre": [
        ["Jazz", 0],
        ["rock", 0.01],
        ["unknown", 0.5],
      ],
      "like-rate-by-genre": [
        ["Jazz", 0],
        ["rock", 0.99],
        ["unknown", 0],
      ],
    });
  });

  it("of a bucket without plays are unknown", () => {
    const source = makeSource([
      ...makePlays(3, SECOND_BUCKET),
      ...makePlays(1, { ...SECOND_BUCKET, isLiked: true }),
    ]);

    expect(expectRows(source)["like-rate"]).toEqual([
      ["2026-01-15T12:00:00Z", null],
      ["2026-01-15T12:05:00Z", 0.25],
    ]);
  });
});
