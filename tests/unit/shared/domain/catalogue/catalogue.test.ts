import * as fc from "fast-check";
import { describe, expect, test } from "vitest";

import {
  createCatalogue,
  placeOf,
} from "#shared/domain/catalogue/catalogue.ts";
import { listDimension } from "#shared/domain/catalogue/list-dimension.ts";
import {
  makeAlbum,
  makeArtist,
  makeDevice,
  makeSong,
  makeUser,
} from "#shared/domain/catalogue/make-entities.ts";
import { songRefs } from "#shared/domain/catalogue/song-refs.ts";
import { decodeDimension } from "#shared/domain/decode-dimension.ts";
import { DIMENSIONS } from "#shared/domain/topics.ts";

const bytesOf = (text: string) => new TextEncoder().encode(text);
const idsTo = (size: number) =>
  Array.from({ length: size }, (_, position) => position + 1);
const catalogue = createCatalogue(1);

describe("a catalogue", () => {
  test.for([
    ["users", 100],
    ["artists", 50],
    ["albums", 100],
    ["songs", 500],
    ["devices", 10],
    ["locations", 50],
  ] as const)(
    "has %s with the ids 1 to %i, each valid by its schema and keyed by its id",
    ([dimension, size]) => {
      const entries = [...listDimension(catalogue, dimension)];

      expect(entries.map(({ key }) => key)).toEqual(idsTo(size).map(String));
      for (const { key, value } of entries) {
        const decoded = decodeDimension({
          topic: dimension,
          key: bytesOf(key),
          value: bytesOf(value),
        });
        expect(decoded).toMatchObject({
          ok: true,
          value: { dimension, id: Number(key) },
        });
      }
    },
  );

  test("is the same for the same seed, in whatever order it is asked, and another for another seed", () => {
    for (const dimension of DIMENSIONS) {
      const forward = [...listDimension(createCatalogue(1), dimension)];
      expect([...listDimension(catalogue, dimension)]).toEqual(forward);
    }
    const backward = idsTo(100)
      .toReversed()
      .map((id) => makeUser(catalogue, id));
    expect(backward.toReversed()).toEqual(
      idsTo(100).map((id) => makeUser(catalogue, id)),
    );
    expect(makeUser(createCatalogue(2), 1)).not.toEqual(makeUser(catalogue, 1));
  });

  test("grows without changing who is there", () => {
    const larger = createCatalogue(1, { artists: 60 });
    expect(idsTo(50).map((id) => makeArtist(larger, id))).toEqual(
      idsTo(50).map((id) => makeArtist(catalogue, id)),
    );
  });

  test("has no empty album and no artist without one", () => {
    expect(new Set(catalogue.albumOfSong.slice(1)).size).toBe(100);
    expect(new Set(catalogue.artistOfAlbum.slice(1)).size).toBe(50);
  });
});

describe("the entities agree with each other", () => {
  test("a song has its album's release date and its artist's genre", () => {
    for (const songId of idsTo(500)) {
      const { albumId, artistId } = songRefs(1, songId, catalogue.sizes);
      const song = makeSong(catalogue, songId);
      expect(song.release_date).toBe(
        makeAlbum(catalogue, albumId).release_date,
      );
      expect(song.genre).toBe(makeArtist(catalogue, artistId).genre);
      expect(makeAlbum(catalogue, albumId).artist_id).toBe(artistId);
      expect([
        catalogue.albumOfSong[songId],
        catalogue.artistOfAlbum[albumId],
      ]).toEqual([albumId, artistId]);
    }
  });

  test("an album has as many tracks as it has songs", () => {
    const tracks = idsTo(100).map(
      (albumId) => makeAlbum(catalogue, albumId).total_tracks,
    );
    expect(tracks).toEqual(
      idsTo(100).map(
        (id) =>
          catalogue.albumOfSong.filter((albumId) => albumId === id).length,
      ),
    );
  });

  test("a user lives in the country of the location that most of its plays come from", () => {
    for (const id of idsTo(100)) {
      expect(makeUser(catalogue, id).country).toBe(
        placeOf(catalogue, catalogue.locationOfUser[id] ?? 0).country,
      );
    }
  });

  test("every system is on a device that has it", () => {
    const devices = idsTo(40).map((id) =>
      makeDevice(createCatalogue(1, { devices: 40 }), id),
    );
    const typesOf = (os: string) =>
      new Set(
        devices.filter((device) => device.os === os).map((d) => d.device_type),
      );
    expect(typesOf("iOS")).toEqual(new Set(["smartphone"]));
    expect(typesOf("iPadOS")).toEqual(new Set(["tablet"]));
    expect(typesOf("Windows")).toEqual(new Set(["desktop"]));
  });

  test("countries are ISO codes, cities lie in one region each, zones of time exist", () => {
    const names = new Intl.DisplayNames("en", {
      type: "region",
      fallback: "none",
    });
    for (const { country, timezone } of catalogue.places) {
      expect(country).toMatch(/^[A-Z]{2}$/);
      expect(names.of(country)).toBeDefined();
      expect(
        () => new Intl.DateTimeFormat("en", { timeZone: timezone }),
      ).not.toThrow();
    }
    expect(
      new Set(catalogue.places.map(({ country, city }) => `${country} ${city}`))
        .size,
    ).toBe(catalogue.places.length);
  });
});

test("references are inside of every catalogue, however small", () => {
  const size = fc.integer({ min: 1, max: 40 });
  const sizes = fc.record({
    users: size,
    artists: size,
    albums: size,
    songs: size,
    devices: size,
    locations: size,
  });
  fc.assert(
    fc.property(fc.nat(), sizes, (seed, chosen) => {
      const small = createCatalogue(seed, chosen);
      for (const songId of idsTo(chosen.songs)) {
        const { albumId, artistId } = songRefs(seed, songId, chosen);
        expect(albumId).toBeGreaterThanOrEqual(1);
        expect(albumId).toBeLessThanOrEqual(chosen.albums);
        expect(artistId).toBeGreaterThanOrEqual(1);
        expect(artistId).toBeLessThanOrEqual(chosen.artists);
        expect(makeSong(small, songId).duration_seconds).toBeGreaterThanOrEqual(
          90,
        );
      }
    }),
    { numRuns: 30 },
  );
});
