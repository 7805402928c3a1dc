import { groupName } from "../attributes.ts";
import { fillBuckets } from "../buckets.ts";
import { findTrending } from "../find-trending.ts";
import { labelSongs, nameArtist } from "../label-songs.ts";
import { divide, share } from "../measures.ts";
import { compareIds, rankGroups, sortGroups } from "../rank-groups.ts";
import { tellApart } from "../tell-apart.ts";
import type { ExpectDashboard } from "../types.ts";

const TOP_SONGS = 10;
const TOP_ARTISTS = 15;

/** What is listened to. */
export const expectContentPerformance: ExpectDashboard = (
  { plays, catalogue },
  period,
) => {
  const buckets = fillBuckets(plays, period);
  const bySong = Map.groupBy(plays, ({ songId }) => songId);
  const byGenre = sortGroups(
    Map.groupBy(plays, ({ songId }) =>
      groupName(catalogue.songs, songId, "genre"),
    ),
  );
  const topSongs = rankGroups(bySong, compareIds).slice(0, TOP_SONGS);
  const trending = findTrending(buckets, period.finalBuckets);
  const songLabels = labelSongs(
    [
      ...topSongs.map(([songId]) => songId),
      ...trending.map(({ songId }) => songId),
    ],
    bySong,
    catalogue,
  );
  const songLabel = (songId: number): string => songLabels.get(songId) ?? "";
  const topArtists = rankGroups(
    Map.groupBy(plays, ({ artistId }) => artistId),
    compareIds,
  ).slice(0, TOP_ARTISTS);
  const artistLabels = tellApart(
    new Map(
      topArtists.map(([artistId]) => [
        artistId,
        nameArtist(catalogue, artistId),
      ]),
    ),
  );
  return {
    "top-songs": topSongs.map(([songId, own]) => [
      songLabel(songId),
      own.length,
    ]),
    "skip-rate-by-genre": byGenre.map(([genre, own]) => [
      genre,
      share(own, "isSkipped"),
    ]),
    "like-rate-by-genre": byGenre.map(([genre, own]) => [
      genre,
      share(own, "isLiked"),
    ]),
    "like-rate": buckets.map(({ time, plays: own }) => [
      time,
      share(own, "isLiked"),
    ]),
    artists: topArtists.map(([artistId, own]) => [
      artistLabels.get(artistId) ?? "",
      own.length,
      share(own, "isCompletePlay"),
      share(own, "isLiked"),
    ]),
    trending: trending.map(({ songId, streams, before }) => [
      songLabel(songId),
      streams,
      before,
      divide(streams - before, before),
      before === 0 ? "new" : "rising",
    ]),
  };
};
