import {
  createRandomKey,
  Random,
  type RandomKey,
} from "#shared/domain/random.ts";

import type { CatalogueSizes } from "./sizes.ts";
import { STREAMS } from "./streams.ts";

const random = new Random();

/** The album and the artist of a song, pure functions of the seed. */
export function songRefs(
  seed: number,
  songId: number,
  sizes: Pick<CatalogueSizes, "albums" | "artists">,
): { albumId: number; artistId: number } {
  const key = createRandomKey(seed);
  const albumId = assignAlbum(key, songId, sizes.albums);
  return { albumId, artistId: assignArtist(key, albumId, sizes.artists) };
}

/** The album of a song; the first songs fill every album once, so that none is empty. */
export function assignAlbum(
  key: RandomKey,
  songId: number,
  albumCount: number,
): number {
  return songId <= albumCount
    ? songId
    : 1 + random.start(key, STREAMS.songAlbum, songId).nextBelow(albumCount);
}

/** The artist of an album; the first albums give every artist one. */
export function assignArtist(
  key: RandomKey,
  albumId: number,
  artistCount: number,
): number {
  return albumId <= artistCount
    ? albumId
    : 1 +
        random.start(key, STREAMS.albumArtist, albumId).nextBelow(artistCount);
}
