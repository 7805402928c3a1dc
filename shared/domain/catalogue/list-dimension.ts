import type { DimensionJson } from "#shared/domain/dimension-json.ts";
import type { Dimension } from "#shared/domain/topics.ts";

import type { Catalogue } from "./catalogue.ts";
import {
  makeAlbum,
  makeArtist,
  makeDevice,
  makeLocation,
  makeSong,
  makeUser,
} from "./make-entities.ts";

/** An entity of the catalogue as its topic holds it: the key is the id as text, the value JSON. */
export interface DimensionEntry {
  readonly key: string;
  readonly value: string;
}

const makers: {
  readonly [Name in Dimension]: (
    catalogue: Catalogue,
    id: number,
  ) => Required<DimensionJson[Name]>;
} = {
  users: makeUser,
  artists: makeArtist,
  albums: makeAlbum,
  songs: makeSong,
  devices: makeDevice,
  locations: makeLocation,
};

/** All entities of a dimension in the order of their ids. */
export function* listDimension(
  catalogue: Catalogue,
  dimension: Dimension,
): Generator<DimensionEntry, void> {
  for (let id = 1; id <= catalogue.sizes[dimension]; id++) {
    yield {
      key: String(id),
      value: JSON.stringify(makers[dimension](catalogue, id)),
    };
  }
}
