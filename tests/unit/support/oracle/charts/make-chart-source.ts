import type {
  Catalogue,
  ChartPeriod,
  ChartSource,
  Dimension,
  Play,
} from "#tests/support/oracle/charts/types.ts";
import type { Attributes } from "#tests/support/oracle/decode-dimension.ts";

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
/** The beginning of the periods: a Thursday, 12:00 UTC. */
export const NOON_MS = Date.parse("2026-01-15T12:00:00Z");

const PLAY: Play = {
  userId: 1,
  songId: 1,
  artistId: 1,
  deviceId: 1,
  locationId: 1,
  playedAtMs: NOON_MS,
  listenSeconds: 100,
  isCompletePlay: false,
  isSkipped: false,
  isLiked: false,
};

/** As many plays as told, alike but for the fields given. */
export const makePlays = (count: number, fields: Partial<Play> = {}): Play[] =>
  Array.from({ length: count }, () => ({ ...PLAY, ...fields }));

/** Rows of a dimension by id. */
export const makeDimension = (
  rows: Readonly<Record<number, Attributes>>,
): Dimension =>
  new Map(
    Object.entries(rows).map(([id, attributes]) => [Number(id), attributes]),
  );

const EMPTY: Dimension = new Map();

/** Plays with the dimensions that matter to a test; the others know nothing. */
export const makeSource = (
  plays: readonly Play[],
  catalogue: Partial<Catalogue> = {},
): ChartSource => ({
  plays,
  catalogue: {
    users: EMPTY,
    artists: EMPTY,
    songs: EMPTY,
    devices: EMPTY,
    locations: EMPTY,
    ...catalogue,
  },
});

/** Ten minutes from noon in two buckets, both final, unless told otherwise. */
export const makePeriod = (period: Partial<ChartPeriod> = {}): ChartPeriod => ({
  fromMs: NOON_MS,
  untilMs: NOON_MS + 10 * MINUTE_MS,
  bucketMs: 5 * MINUTE_MS,
  finalBuckets: new Set([NOON_MS, NOON_MS + 5 * MINUTE_MS]),
  ...period,
});
