import type {
  MinutesPartial,
  PartialAggregates,
  PlayTotals,
} from "#shared/domain/aggregate-plays.ts";

import { BinaryCopy } from "./binary-copy.ts";

/** Binary COPYs of what a micro-batch adds, by the table of partial aggregates that each is for. */
export interface EncodedPartials {
  readonly user_engagement_partials: Buffer;
  readonly content_performance_partials: Buffer;
  readonly device_partials: Buffer;
  readonly location_partials: Buffer;
  readonly hourly_partials: Buffer;
  readonly window_partials: Buffer;
}

/**
 * Encodes partial aggregates as the binary COPYs that `copy_<table>.sql` reads. Users and contents of a window are one row
 * of arrays, in the order of their first plays: sorted by key they merged no faster.
 */
export function encodePartials({
  minutes,
  hourly,
}: PartialAggregates): EncodedPartials {
  const users = new BinaryCopy();
  const contents = new BinaryCopy();
  const devices = new BinaryCopy();
  const locations = new BinaryCopy();
  const hours = new BinaryCopy();
  const windows = new BinaryCopy();
  for (const [startMicros, partial] of minutes) {
    writeUsers(users, startMicros, partial);
    writeContents(contents, startMicros, partial);
    for (const [deviceId, totals] of partial.devices) {
      devices.row(5);
      devices.timestamp(startMicros);
      devices.integer(deviceId);
      devices.integer(totals.streamCount);
      devices.bigint(totals.totalListenTime);
      devices.integer(totals.completedCount);
    }
    for (const [locationId, members] of partial.locations) {
      locations.row(5);
      locations.timestamp(startMicros);
      locations.integer(locationId);
      locations.integer(members.streamCount);
      locations.integers(members.userIds);
      locations.integers(members.songIds);
    }
    writeWindow(windows, "minutes", startMicros, partial.streamCount);
  }
  for (const [startMicros, partial] of hourly) {
    hours.row(8);
    hours.timestamp(startMicros);
    hours.integer(partial.streamCount);
    hours.bigint(partial.totalListenTime);
    hours.integer(partial.skippedCount);
    hours.integer(partial.likedCount);
    hours.integers(partial.userIds);
    hours.integers(partial.songIds);
    hours.integers(partial.artistIds);
    writeWindow(windows, "hourly", startMicros, partial.streamCount);
  }
  return {
    user_engagement_partials: users.finish(),
    content_performance_partials: contents.finish(),
    device_partials: devices.finish(),
    location_partials: locations.finish(),
    hourly_partials: hours.finish(),
    window_partials: windows.finish(),
  };
}

function writeUsers(
  users: BinaryCopy,
  startMicros: number,
  partial: MinutesPartial,
): void {
  const totals = [...partial.users.values()];
  users.row(8);
  users.timestamp(startMicros);
  users.integersOf([...partial.users.keys()], (userId) => userId);
  users.integersOf(totals, ({ streamCount }) => streamCount);
  users.bigintsOf(totals, ({ totalListenTime }) => totalListenTime);
  users.integersOf(totals, ({ skippedCount }) => skippedCount);
  users.integersOf(totals, ({ likedCount }) => likedCount);
  users.integersOf(totals, ({ sharedCount }) => sharedCount);
  users.integersOf(totals, ({ addedToPlaylistCount }) => addedToPlaylistCount);
}

function writeContents(
  contents: BinaryCopy,
  startMicros: number,
  partial: MinutesPartial,
): void {
  const songIds: number[] = [];
  const artistIds: number[] = [];
  const totals: PlayTotals[] = [];
  for (const [songId, artists] of partial.contents)
    for (const [artistId, artistTotals] of artists) {
      songIds.push(songId);
      artistIds.push(artistId);
      totals.push(artistTotals);
    }
  contents.row(7);
  contents.timestamp(startMicros);
  contents.integersOf(songIds, (songId) => songId);
  contents.integersOf(artistIds, (artistId) => artistId);
  contents.integersOf(totals, ({ streamCount }) => streamCount);
  contents.integersOf(totals, ({ completedCount }) => completedCount);
  contents.integersOf(totals, ({ skippedCount }) => skippedCount);
  contents.integersOf(totals, ({ likedCount }) => likedCount);
}

function writeWindow(
  windows: BinaryCopy,
  kind: string,
  startMicros: number,
  streamCount: number,
): void {
  windows.row(3);
  windows.shortText(kind);
  windows.timestamp(startMicros);
  windows.bigint(streamCount);
}
