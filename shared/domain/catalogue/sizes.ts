import type { Dimension } from "#shared/domain/topics.ts";

/** How many entities of each dimension exist; their ids are 1 to that number. */
export type CatalogueSizes = Readonly<Record<Dimension, number>>;

/** The sizes of the data that people see first (design.md, "Producer"). */
export const DEFAULT_CATALOGUE_SIZES: CatalogueSizes = {
  users: 100,
  artists: 50,
  albums: 100,
  songs: 500,
  devices: 10,
  locations: 50,
};
