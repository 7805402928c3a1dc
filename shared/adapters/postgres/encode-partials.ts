import type { PartialAggregates } from "#shared/domain/aggregate-plays.ts";

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

/** Encodes partial aggregates as the binary COPYs that `copy_<table>.sql` reads. */
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
    for (const [userId, totals] of partial.users) {
      users.row(8);
      users.timestamp(startMicros);
      users.integer(userId);
      users.integer(totals.streamCount);
      users.bigint(totals.totalListenTime);
      users.integer(totals.skippedCount);
      users.integer(totals.likedCount);
      users.integer(totals.sharedCount);
      users.integer(totals.addedToPlaylistCount);
    }
    for (const [songId, artists] of partial.contents)
      for (const [artistId, totals] of artists) {
        contents.row(7);
        contents.timestamp(startMicros);
        contents.integer(songId);
        contents.integer(artistId);
        contents.integer(totals.streamCount);
        contents.integer(totals.completedCount);
        contents.integer(totals.skippedCount);
        contents.integer(totals.likedCount);
      }
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
