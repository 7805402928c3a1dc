import { civilFromDays, daysFromCivil } from "#shared/domain/civil-date.ts";
import type { DimensionJson } from "#shared/domain/dimension-json.ts";
import { formatTimestamp } from "#shared/domain/timestamp.ts";

import { type Catalogue, placeOf } from "./catalogue.ts";
import countries from "./countries.json" with { type: "json" };
import deviceKinds from "./devices.json" with { type: "json" };
import { drawsOf, type EntityDraws } from "./seeded-faker.ts";
import { STREAMS } from "./streams.ts";

const GENRES = [
  "Pop",
  "Rock",
  "Hip-Hop",
  "Electronic",
  "R&B",
  "Jazz",
  "Classical",
  "Country",
  "Latin",
  "Metal",
  "Folk",
];
const GENDERS = ["female", "male", "female", "male", "other"];
const SUBSCRIPTIONS = [
  "free",
  "free",
  "premium",
  "premium",
  "premium",
  "family",
  "student",
];
const REGISTRATIONS = {
  firstDay: daysFromCivil(2018, 1, 1),
  endDay: daysFromCivil(2026, 1, 1),
};
const RELEASES = {
  firstDay: daysFromCivil(1975, 1, 1),
  endDay: daysFromCivil(2026, 1, 1),
};
const MICROS_PER_DAY = 86_400_000_000;
const MOST_TRACKS = { single: 1, ep: 4 };

/** A user, living in the country of the location where most of its plays happen. */
export function makeUser(
  catalogue: Catalogue,
  id: number,
): Required<DimensionJson["users"]> {
  const { random, faker } = drawsOf(catalogue.key, STREAMS.users, id);
  const registrationDays =
    REGISTRATIONS.firstDay +
    random.nextUnit() * (REGISTRATIONS.endDay - REGISTRATIONS.firstDay);
  return {
    user_id: id,
    username: `${faker.internet.username().toLowerCase()}.${id}`,
    age: 14 + Math.floor(((random.nextUnit() + random.nextUnit()) / 2) * 60),
    gender: random.nextItem(GENDERS),
    subscription_type: random.nextItem(SUBSCRIPTIONS),
    registration_date: formatTimestamp(
      Math.floor(registrationDays * MICROS_PER_DAY),
    ),
    country: placeOf(catalogue, catalogue.locationOfUser[id] ?? 0).country,
  };
}

/** An artist, a band or a person, of one genre and country. */
export function makeArtist(
  catalogue: Catalogue,
  id: number,
): Required<DimensionJson["artists"]> {
  const { country, genre, isBand, draws } = drawArtist(catalogue, id);
  const { faker } = draws;
  const name = isBand
    ? `The ${capitalize(faker.word.adjective())} ${capitalize(faker.word.noun())}s`
    : `${faker.person.firstName()} ${faker.person.lastName()}`;
  return { artist_id: id, name, country: country.code, genre, is_band: isBand };
}

/** An album with exactly as many tracks as the catalogue has songs of it. */
export function makeAlbum(
  catalogue: Catalogue,
  id: number,
): Required<DimensionJson["albums"]> {
  const { releaseDate, draws } = drawAlbum(catalogue, id);
  const tracks = catalogue.tracksOfAlbum[id] ?? 0;
  return {
    album_id: id,
    title: makeTitle(draws),
    artist_id: catalogue.artistOfAlbum[id] ?? 0,
    release_date: releaseDate,
    total_tracks: tracks,
    album_type:
      tracks <= MOST_TRACKS.single
        ? "single"
        : tracks <= MOST_TRACKS.ep
          ? "ep"
          : "album",
  };
}

/** A song in its artist's genre, mostly in its country's language, released with its album. */
export function makeSong(
  catalogue: Catalogue,
  id: number,
): Required<DimensionJson["songs"]> {
  const albumId = catalogue.albumOfSong[id] ?? 0;
  const { releaseDate } = drawAlbum(catalogue, albumId);
  const { country, genre } = drawArtist(
    catalogue,
    catalogue.artistOfAlbum[albumId] ?? 0,
  );
  const draws = drawsOf(catalogue.key, STREAMS.songs, id);
  return {
    song_id: id,
    title: makeTitle(draws),
    duration_seconds: catalogue.durationOfSong[id] ?? 0,
    release_date: releaseDate,
    genre,
    language: draws.random.nextChance(0.85) ? country.language : "English",
    explicit: draws.random.nextChance(0.15),
  };
}

/** A device whose system and browser exist on its type. */
export function makeDevice(
  catalogue: Catalogue,
  id: number,
): Required<DimensionJson["devices"]> {
  const kind = deviceKinds[(id - 1) % deviceKinds.length];
  if (kind === undefined)
    throw new RangeError(`Device ${id} does not exist; ids start at 1.`);
  return {
    device_id: id,
    ...kind,
    app_version: drawsOf(
      catalogue.key,
      STREAMS.devices,
      id,
    ).faker.system.semver(),
  };
}

/** A city with the region and the country that it lies in. */
export function makeLocation(
  catalogue: Catalogue,
  id: number,
): Required<DimensionJson["locations"]> {
  return { location_id: id, ...placeOf(catalogue, id) };
}

/** What an artist's songs share with it; drawn first, so that it is the same wherever it is asked for. */
function drawArtist({ key }: Catalogue, artistId: number) {
  const draws = drawsOf(key, STREAMS.artists, artistId);
  const country = draws.random.nextItem(countries);
  return {
    country,
    genre: draws.random.nextItem(GENRES),
    isBand: draws.random.nextChance(0.4),
    draws,
  };
}

/** What an album's songs share with it. */
function drawAlbum({ key }: Catalogue, albumId: number) {
  const draws = drawsOf(key, STREAMS.albums, albumId);
  const days =
    RELEASES.firstDay +
    draws.random.nextBelow(RELEASES.endDay - RELEASES.firstDay);
  const { year, month, day } = civilFromDays(days);
  return {
    releaseDate: `${year}-${String(month).padStart(2, "0")}-${String(day).padStart(2, "0")}`,
    draws,
  };
}

function makeTitle({ random, faker }: EntityDraws): string {
  const noun = capitalize(faker.word.noun());
  switch (random.nextBelow(4)) {
    case 0:
      return noun;
    case 1:
      return `${capitalize(faker.word.verb())} the ${noun}`;
    case 2:
      return `${noun} and ${capitalize(faker.word.noun())}`;
    default:
      return `${capitalize(faker.word.adjective())} ${noun}`;
  }
}

function capitalize(word: string): string {
  return word.charAt(0).toUpperCase() + word.slice(1);
}
