import {
  isJsonObject,
  readCount,
  readDate,
  readFlag,
  readId,
  readJson,
  readText,
  type JsonObject,
} from "./read-json.ts";

/** What describes a dimension, by the field's name; null where the record leaves it out. */
export type Attributes = Readonly<
  Record<string, string | number | boolean | null>
>;

type FieldReader = (
  object: JsonObject,
  name: string,
) => string | number | boolean | undefined;

interface DimensionShape {
  id: string;
  /** The field that must be there besides the id. */
  name: string;
  fields: Readonly<Record<string, FieldReader>>;
}

/** The six dimension topics with their id and their other fields (design.md, 2, and the JSON Schema of each topic). */
const SHAPES: Readonly<Record<string, DimensionShape>> = {
  users: {
    id: "user_id",
    name: "username",
    fields: {
      username: readText,
      age: readCount,
      gender: readText,
      subscription_type: readText,
      registration_date: readDate,
      country: readText,
    },
  },
  artists: {
    id: "artist_id",
    name: "name",
    fields: {
      name: readText,
      country: readText,
      genre: readText,
      is_band: readFlag,
    },
  },
  albums: {
    id: "album_id",
    name: "title",
    fields: {
      title: readText,
      artist_id: readId,
      release_date: readDate,
      total_tracks: readCount,
      album_type: readText,
    },
  },
  songs: {
    id: "song_id",
    name: "title",
    fields: {
      title: readText,
      duration_seconds: readCount,
      release_date: readDate,
      genre: readText,
      language: readText,
      explicit: readFlag,
    },
  },
  devices: {
    id: "device_id",
    name: "device_type",
    fields: {
      device_type: readText,
      os: readText,
      browser: readText,
      app_version: readText,
    },
  },
  locations: {
    id: "location_id",
    name: "country",
    fields: {
      country: readText,
      region: readText,
      city: readText,
      timezone: readText,
    },
  },
};

/** A valid dimension record; `artistId` is the album's artist and null in every other topic. */
export interface DecodedDimension {
  id: number;
  artistId: number | null;
  attributes: Attributes;
}

export const isDimensionTopic = (topic: string): boolean =>
  Object.hasOwn(SHAPES, topic);

/** A smart speaker has no browser: what describes a dimension may be left out or null. */
const isAbsent = (field: unknown): boolean =>
  field === undefined || field === null;

/** Decodes a record of a dimension topic; undefined for a tombstone and for a value of another shape. */
export function decodeDimension(
  topic: string,
  value: Uint8Array | null,
): DecodedDimension | undefined {
  const shape = SHAPES[topic];
  const json = readJson(value);
  if (shape === undefined || !isJsonObject(json)) {
    return undefined;
  }
  const id = readId(json, shape.id);
  const fields = Object.entries(shape.fields).map(
    ([name, read]) => [name, read(json, name)] as const,
  );
  const isComplete = fields.every(
    ([name, field]) =>
      field !== undefined || (name !== shape.name && isAbsent(json[name])),
  );
  const artistId =
    topic === "albums" ? (readId(json, "artist_id") ?? null) : null;
  const isOrphan = topic === "albums" && artistId === null;
  if (id === undefined || !isComplete || isOrphan) {
    return undefined;
  }
  const attributes = Object.fromEntries(
    fields.map(([name, field]) => [name, field ?? null]),
  );
  return { id, artistId, attributes };
}
