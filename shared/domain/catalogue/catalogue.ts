import { createLongTail, type LongTail } from "#shared/domain/long-tail.ts";
import {
  createRandomKey,
  Random,
  type RandomKey,
} from "#shared/domain/random.ts";

import countries from "./countries.json" with { type: "json" };
import { type CatalogueSizes, DEFAULT_CATALOGUE_SIZES } from "./sizes.ts";
import { assignAlbum, assignArtist } from "./song-refs.ts";
import { STREAMS } from "./streams.ts";

/** A city of the table of countries, with an ISO 3166 alpha-2 code as its country. */
export interface Place {
  readonly country: string;
  readonly region: string;
  readonly city: string;
  readonly timezone: string;
}

/**
 * What plays need to know of the catalogue, a pure function of seed and sizes; the lists are indexed by id, their
 * entry 0 is unused.
 */
export interface Catalogue {
  readonly seed: number;
  readonly key: RandomKey;
  readonly sizes: CatalogueSizes;
  readonly albumOfSong: Int32Array;
  readonly durationOfSong: Int32Array;
  readonly artistOfAlbum: Int32Array;
  readonly tracksOfAlbum: Int32Array;
  readonly locationOfUser: Int32Array;
  readonly mainDeviceOfUser: Int32Array;
  readonly otherDeviceOfUser: Int32Array;
  readonly songPopularity: LongTail;
  readonly userActivity: LongTail;
  /** The place of location 1 is the first one; there may be fewer places than locations, then they repeat. */
  readonly places: readonly Place[];
}

const PLACES: readonly Place[] = countries.flatMap(({ code, cities }) =>
  cities.map((city) => ({ country: code, ...city })),
);
/** Exponents of the long tails: the first song of 500 gets about 11 % of the plays, the first user of 100 about 7 %. */
const SONG_EXPONENT = 0.9;
const USER_EXPONENT = 0.6;
const DEVICE_EXPONENT = 0.8;
const SHORTEST_SONG_SECONDS = 90;
const SONG_SPREAD_SECONDS = 300;

/** Works out the catalogue of a seed; sizes that are not given are the default ones. */
export function createCatalogue(
  seed: number,
  sizes: Partial<CatalogueSizes> = {},
): Catalogue {
  const allSizes = { ...DEFAULT_CATALOGUE_SIZES, ...sizes };
  const key = createRandomKey(seed);
  const random = new Random();

  const tracksOfAlbum = new Int32Array(allSizes.albums + 1);
  const albumOfSong = listById(allSizes.songs, (songId) => {
    const albumId = assignAlbum(key, songId, allSizes.albums);
    tracksOfAlbum[albumId] = (tracksOfAlbum[albumId] ?? 0) + 1;
    return albumId;
  });
  const durationOfSong = listById(allSizes.songs, (songId) => {
    random.start(key, STREAMS.songDuration, songId);
    // The mean of three draws: most songs are near the middle of the range.
    const spread =
      (random.nextUnit() + random.nextUnit() + random.nextUnit()) / 3;
    return SHORTEST_SONG_SECONDS + Math.floor(spread * SONG_SPREAD_SECONDS);
  });

  const homes = createLongTail(
    allSizes.locations,
    DEVICE_EXPONENT,
    random.start(key, STREAMS.locations, 0),
  );
  const devices = createLongTail(
    allSizes.devices,
    DEVICE_EXPONENT,
    random.start(key, STREAMS.devices, 0),
  );
  const locationOfUser = new Int32Array(allSizes.users + 1);
  const mainDeviceOfUser = new Int32Array(allSizes.users + 1);
  const otherDeviceOfUser = new Int32Array(allSizes.users + 1);
  for (let userId = 1; userId <= allSizes.users; userId++) {
    random.start(key, STREAMS.userHabits, userId);
    locationOfUser[userId] = homes.pick(random.nextUnit());
    mainDeviceOfUser[userId] = devices.pick(random.nextUnit());
    otherDeviceOfUser[userId] = devices.pick(random.nextUnit());
  }

  const placeOrder = random
    .start(key, STREAMS.locations, 1)
    .nextOrder(PLACES.length);
  return {
    seed,
    key,
    sizes: allSizes,
    albumOfSong,
    durationOfSong,
    artistOfAlbum: listById(allSizes.albums, (albumId) =>
      assignArtist(key, albumId, allSizes.artists),
    ),
    tracksOfAlbum,
    locationOfUser,
    mainDeviceOfUser,
    otherDeviceOfUser,
    songPopularity: createLongTail(
      allSizes.songs,
      SONG_EXPONENT,
      random.start(key, STREAMS.songPopularity, 0),
    ),
    userActivity: createLongTail(
      allSizes.users,
      USER_EXPONENT,
      random.start(key, STREAMS.userActivity, 0),
    ),
    places: Array.from(placeOrder, (position) => PLACES[position]).filter(
      (place) => place !== undefined,
    ),
  };
}

/** The place of a location of the catalogue. */
export function placeOf(
  { places }: Pick<Catalogue, "places">,
  locationId: number,
): Place {
  const place = places[(locationId - 1) % places.length];
  if (place === undefined)
    throw new RangeError(
      `Location ${locationId} does not exist; ids start at 1.`,
    );
  return place;
}

function listById(size: number, valueOf: (id: number) => number): Int32Array {
  return Int32Array.from({ length: size + 1 }, (_, id) =>
    id === 0 ? 0 : valueOf(id),
  );
}
