import albums from "#shared/schemas/albums.json" with { type: "json" };
import artists from "#shared/schemas/artists.json" with { type: "json" };
import devices from "#shared/schemas/devices.json" with { type: "json" };
import locations from "#shared/schemas/locations.json" with { type: "json" };
import songs from "#shared/schemas/songs.json" with { type: "json" };
import users from "#shared/schemas/users.json" with { type: "json" };

import { compileSchema } from "./compile-schema.ts";

/** A user as the topic's JSON Schema describes it; what is not required may be absent or `null`. */
export interface UserJson {
  readonly user_id: number;
  readonly username: string;
  readonly age?: number | null;
  readonly gender?: string | null;
  readonly subscription_type?: string | null;
  readonly registration_date?: string | null;
  readonly country?: string | null;
}

/** An artist as the topic's JSON Schema describes it. */
export interface ArtistJson {
  readonly artist_id: number;
  readonly name: string;
  readonly country?: string | null;
  readonly genre?: string | null;
  readonly is_band?: boolean | null;
}

/** An album as the topic's JSON Schema describes it. */
export interface AlbumJson {
  readonly album_id: number;
  readonly title: string;
  readonly artist_id: number;
  readonly release_date?: string | null;
  readonly total_tracks?: number | null;
  readonly album_type?: string | null;
}

/** A song as the topic's JSON Schema describes it. */
export interface SongJson {
  readonly song_id: number;
  readonly title: string;
  readonly duration_seconds?: number | null;
  readonly release_date?: string | null;
  readonly genre?: string | null;
  readonly language?: string | null;
  readonly explicit?: boolean | null;
}

/** A device as the topic's JSON Schema describes it. */
export interface DeviceJson {
  readonly device_id: number;
  readonly device_type: string;
  readonly os?: string | null;
  readonly browser?: string | null;
  readonly app_version?: string | null;
}

/** A location as the topic's JSON Schema describes it. */
export interface LocationJson {
  readonly location_id: number;
  readonly country: string;
  readonly region?: string | null;
  readonly city?: string | null;
  readonly timezone?: string | null;
}

/** The JSON type of each dimension. */
export interface DimensionJson {
  readonly users: UserJson;
  readonly artists: ArtistJson;
  readonly albums: AlbumJson;
  readonly songs: SongJson;
  readonly devices: DeviceJson;
  readonly locations: LocationJson;
}

/** The compiled check of each dimension's value. */
export const dimensionValidators = {
  users: compileSchema<UserJson>(users),
  artists: compileSchema<ArtistJson>(artists),
  albums: compileSchema<AlbumJson>(albums),
  songs: compileSchema<SongJson>(songs),
  devices: compileSchema<DeviceJson>(devices),
  locations: compileSchema<LocationJson>(locations),
};
