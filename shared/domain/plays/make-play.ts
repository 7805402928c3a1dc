import type { Catalogue } from "#shared/domain/catalogue/catalogue.ts";
import { STREAMS } from "#shared/domain/catalogue/streams.ts";
import { Random, type RandomKey } from "#shared/domain/random.ts";
import type { StreamEvent } from "#shared/domain/stream-event.ts";

import { formatEventId } from "./event-id.ts";

/** Shares of plays (design.md, "Producer"). */
const SKIPPED = 0.3;
const LIKED = 0.2;
const SHARED = 0.1;
const ADDED_TO_PLAYLIST = 0.15;
/** Of the plays that are not skipped: heard to the end. */
const COMPLETE = 0.9;
const ON_MAIN_DEVICE = 0.75;
const AT_HOME = 0.88;
const SHORTEST_PLAY_SECONDS = 3;

const idWords = new Random();
const random = new Random();

/** The play of an index: all but its time is a pure function of catalogue, key and index. */
export function makePlay(
  catalogue: Catalogue,
  key: RandomKey,
  index: number,
  timestampMicros: number,
): StreamEvent {
  random.start(key, STREAMS.play, index);
  const userId = catalogue.userActivity.pick(random.nextUnit());
  const songId = catalogue.songPopularity.pick(random.nextUnit());
  const albumId = catalogue.albumOfSong[songId] ?? 0;
  const isOnMainDevice = random.nextChance(ON_MAIN_DEVICE);
  const isAtHome = random.nextChance(AT_HOME);
  const elsewhere = 1 + random.nextBelow(catalogue.sizes.locations);

  const isSkipped = random.nextChance(SKIPPED);
  const isCompletePlay = random.nextChance(COMPLETE) && !isSkipped;
  const songSeconds = catalogue.durationOfSong[songId] ?? 0;
  const listenedShare = random.nextUnit();

  idWords.start(key, STREAMS.eventId, index);
  return {
    eventId: formatEventId(
      Math.floor(timestampMicros / 1000),
      idWords.high,
      idWords.low,
    ),
    userId,
    songId,
    artistId: catalogue.artistOfAlbum[albumId] ?? 0,
    albumId,
    deviceId:
      (isOnMainDevice
        ? catalogue.mainDeviceOfUser
        : catalogue.otherDeviceOfUser)[userId] ?? 0,
    locationId: isAtHome ? (catalogue.locationOfUser[userId] ?? 0) : elsewhere,
    timestampMicros,
    streamDurationSeconds: isCompletePlay
      ? songSeconds
      : listenPartly(songSeconds, listenedShare, isSkipped),
    isCompletePlay,
    isSkipped,
    isLiked: random.nextChance(LIKED),
    isShared: random.nextChance(SHARED),
    isAddedToPlaylist: random.nextChance(ADDED_TO_PLAYLIST),
  };
}

/** Seconds of a play that ended before the song did; who skips does so in its first half. */
function listenPartly(
  songSeconds: number,
  share: number,
  isSkipped: boolean,
): number {
  const mostSeconds = isSkipped ? songSeconds / 2 : songSeconds;
  return (
    SHORTEST_PLAY_SECONDS +
    Math.floor(share * (mostSeconds - SHORTEST_PLAY_SECONDS))
  );
}
