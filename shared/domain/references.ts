import type { StreamEvent } from "./stream-event.ts";
import type { Dimension } from "./topics.ts";

/** Where a play refers to a dimension, in the order of the parameters of find_missing_references.sql. */
export const REFERENCES: readonly (readonly [
  dimension: Dimension,
  read: (event: StreamEvent) => number,
])[] = [
  ["users", ({ userId }) => userId],
  ["artists", ({ artistId }) => artistId],
  ["albums", ({ albumId }) => albumId],
  ["songs", ({ songId }) => songId],
  ["devices", ({ deviceId }) => deviceId],
  ["locations", ({ locationId }) => locationId],
];
