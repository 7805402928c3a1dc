import { findText } from "./attributes.ts";
import { compareIds, rankGroups, type Groups } from "./rank-groups.ts";
import { tellApart } from "./tell-apart.ts";
import type { Catalogue, Play } from "./types.ts";

/** The artist's name. */
export const nameArtist = ({ artists }: Catalogue, artistId: number): string =>
  findText(artists, artistId, "name") ?? `artist ${artistId}`;

/** The artist of most of the plays; of several the one with the lowest id. */
function findMainArtist(plays: readonly Play[]): number | undefined {
  const [main] = rankGroups(
    Map.groupBy(plays, ({ artistId }) => artistId),
    compareIds,
  );
  return main?.[0];
}

/** Labels the songs that are shown by title and main artist, so that no two have the same label. */
export function labelSongs(
  shownIds: Iterable<number>,
  playsBySong: Groups<number>,
  catalogue: Catalogue,
): Map<number, string> {
  const labels = new Map<number, string>();
  for (const songId of shownIds) {
    const artistId = findMainArtist(playsBySong.get(songId) ?? []);
    if (artistId === undefined) continue;
    const title =
      findText(catalogue.songs, songId, "title") ?? `song ${songId}`;
    labels.set(songId, `${title} – ${nameArtist(catalogue, artistId)}`);
  }
  return tellApart(labels);
}
