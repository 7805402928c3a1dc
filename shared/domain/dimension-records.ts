/** A row of `users`; times are whole microseconds since the epoch, `null` is what nobody stated. */
export interface User {
  readonly userId: number;
  readonly username: string;
  readonly age: number | null;
  readonly gender: string | null;
  readonly subscriptionType: string | null;
  readonly registrationDateMicros: number | null;
  readonly country: string | null;
}

/** A row of `artists`. */
export interface Artist {
  readonly artistId: number;
  readonly name: string;
  readonly country: string | null;
  readonly genre: string | null;
  readonly isBand: boolean | null;
}

/** A row of `albums`; the only dimension that refers to another one. */
export interface Album {
  readonly albumId: number;
  readonly title: string;
  readonly artistId: number;
  readonly releaseDateMicros: number | null;
  readonly totalTracks: number | null;
  readonly albumType: string | null;
}

/** A row of `songs`. */
export interface Song {
  readonly songId: number;
  readonly title: string;
  readonly durationSeconds: number | null;
  readonly releaseDateMicros: number | null;
  readonly genre: string | null;
  readonly language: string | null;
  readonly explicit: boolean | null;
}

/** A row of `devices`. */
export interface Device {
  readonly deviceId: number;
  readonly deviceType: string;
  readonly os: string | null;
  readonly browser: string | null;
  readonly appVersion: string | null;
}

/** A row of `locations`. */
export interface Location {
  readonly locationId: number;
  readonly country: string;
  readonly region: string | null;
  readonly city: string | null;
  readonly timezone: string | null;
}

/** The row type of each dimension. */
export interface DimensionRows {
  readonly users: User;
  readonly artists: Artist;
  readonly albums: Album;
  readonly songs: Song;
  readonly devices: Device;
  readonly locations: Location;
}

/** What a record of a compacted topic says of one id: its new row, or `null`, a tombstone. */
export type DimensionRecord = {
  [Name in keyof DimensionRows]: {
    readonly dimension: Name;
    readonly id: number;
    readonly row: DimensionRows[Name] | null;
  };
}[keyof DimensionRows];
