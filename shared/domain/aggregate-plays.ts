import type { DecodedPlay } from "./micro-batch.ts";
import type { StreamEvent } from "./stream-event.ts";

/** Windows of one size; times and sizes in microseconds, times since the epoch. */
export interface Frontier {
  readonly sizeMicros: number;
  /** A window whose end is at or before it has closed; `-Infinity`: none has. */
  readonly closedUntilMicros: number;
}

export interface Frontiers {
  readonly minutes: Frontier;
  readonly hourly: Frontier;
}

export type FrontierKind = keyof Frontiers;
const KINDS = ["minutes", "hourly"] as const;

/** Sums over the plays of one key in one window; each metric takes what it needs. */
export interface PlayTotals {
  streamCount: number;
  /** Seconds. */
  totalListenTime: number;
  completedCount: number;
  skippedCount: number;
  likedCount: number;
  sharedCount: number;
  addedToPlaylistCount: number;
}

export interface LocationMembers {
  streamCount: number;
  readonly userIds: Set<number>;
  readonly songIds: Set<number>;
}

/** What a micro-batch adds to one window of minutes. */
export interface MinutesPartial {
  streamCount: number;
  readonly users: Map<number, PlayTotals>;
  /** By song, then by artist. */
  readonly contents: Map<number, Map<number, PlayTotals>>;
  readonly devices: Map<number, PlayTotals>;
  readonly locations: Map<number, LocationMembers>;
}

/** What a micro-batch adds to one hour. */
export interface HourlyPartial extends PlayTotals {
  readonly userIds: Set<number>;
  readonly songIds: Set<number>;
  readonly artistIds: Set<number>;
}

/** A play whose window of this kind had closed before it came. */
export interface LatePlay {
  readonly kind: FrontierKind;
  readonly startMicros: number;
  readonly play: DecodedPlay;
}

/** What a micro-batch adds to the windows, by their starts in microseconds since the epoch. */
export interface PartialAggregates {
  readonly minutes: ReadonlyMap<number, MinutesPartial>;
  readonly hourly: ReadonlyMap<number, HourlyPartial>;
  /** Those that count in no open window of a kind, once for each such kind. */
  readonly late: readonly LatePlay[];
}

/**
 * Adds up plays by window and key: each play in the one window of each size that begins at or before it and ends after
 * it (half-open, aligned to the epoch), unless that has closed. Exact: counts and sums of integers, and sets.
 *
 * @param plays those that became facts, each once
 */
export function aggregatePlays(
  plays: readonly DecodedPlay[],
  frontiers: Frontiers,
): PartialAggregates {
  const minutes = new Map<number, MinutesPartial>();
  const hourly = new Map<number, HourlyPartial>();
  const late: LatePlay[] = [];
  for (const play of plays) {
    const { event } = play;
    for (const kind of KINDS) {
      const frontier = frontiers[kind];
      const startMicros = windowStart(event.timestampMicros, frontier);
      if (isClosed(startMicros, frontier))
        late.push({ kind, startMicros, play });
      else if (kind === "minutes")
        addToMinutes(
          getOrMake(minutes, startMicros, createMinutesPartial),
          event,
        );
      else
        addToHour(getOrMake(hourly, startMicros, createHourlyPartial), event);
    }
  }
  return { minutes, hourly, late };
}

/** Whether a window that something was added to has closed by now. */
export function hasClosedWindow(
  partials: PartialAggregates,
  frontiers: Frontiers,
): boolean {
  return KINDS.some((kind) =>
    [...partials[kind].keys()].some((startMicros) =>
      isClosed(startMicros, frontiers[kind]),
    ),
  );
}

const isClosed = (
  startMicros: number,
  { sizeMicros, closedUntilMicros }: Frontier,
): boolean => startMicros + sizeMicros <= closedUntilMicros;

/** The start of the window of this size that a time lies in, also before the epoch. */
function windowStart(
  timestampMicros: number,
  { sizeMicros }: Frontier,
): number {
  // The remainder of numbers is exact where their quotient is not.
  const rest = timestampMicros % sizeMicros;
  return timestampMicros - (rest < 0 ? rest + sizeMicros : rest);
}

function addToMinutes(partial: MinutesPartial, event: StreamEvent): void {
  const { userId, songId, artistId, deviceId, locationId } = event;
  partial.streamCount += 1;
  addPlay(getOrMake(partial.users, userId, createTotals), event);
  addPlay(getOrMake(partial.devices, deviceId, createTotals), event);
  const artists = getOrMake(partial.contents, songId, createArtists);
  addPlay(getOrMake(artists, artistId, createTotals), event);
  const location = getOrMake(partial.locations, locationId, createMembers);
  location.streamCount += 1;
  location.userIds.add(userId);
  location.songIds.add(songId);
}

function addToHour(partial: HourlyPartial, event: StreamEvent): void {
  addPlay(partial, event);
  partial.userIds.add(event.userId);
  partial.songIds.add(event.songId);
  partial.artistIds.add(event.artistId);
}

function addPlay(totals: PlayTotals, event: StreamEvent): void {
  totals.streamCount += 1;
  totals.totalListenTime += event.streamDurationSeconds;
  totals.completedCount += Number(event.isCompletePlay);
  totals.skippedCount += Number(event.isSkipped);
  totals.likedCount += Number(event.isLiked);
  totals.sharedCount += Number(event.isShared);
  totals.addedToPlaylistCount += Number(event.isAddedToPlaylist);
}

const createTotals = (): PlayTotals => ({
  streamCount: 0,
  totalListenTime: 0,
  completedCount: 0,
  skippedCount: 0,
  likedCount: 0,
  sharedCount: 0,
  addedToPlaylistCount: 0,
});

const createArtists = (): Map<number, PlayTotals> => new Map();

const createMembers = (): LocationMembers => ({
  streamCount: 0,
  userIds: new Set(),
  songIds: new Set(),
});

const createMinutesPartial = (): MinutesPartial => ({
  streamCount: 0,
  users: new Map(),
  contents: new Map(),
  devices: new Map(),
  locations: new Map(),
});

const createHourlyPartial = (): HourlyPartial => ({
  ...createTotals(),
  userIds: new Set(),
  songIds: new Set(),
  artistIds: new Set(),
});

function getOrMake<Key, Value>(
  map: Map<Key, Value>,
  key: Key,
  make: () => Value,
): Value {
  let value = map.get(key);
  if (value === undefined) {
    value = make();
    map.set(key, value);
  }
  return value;
}
