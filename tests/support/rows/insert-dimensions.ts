import type { Client } from "pg";

export interface DimensionCounts {
  readonly users: number;
  readonly artists: number;
  readonly albums: number;
  readonly songs: number;
  readonly devices: number;
  readonly locations: number;
}

/** Inserts dimension rows with the ids from 1; albums belong to the artists in turn. */
export async function insertDimensions(
  client: Client,
  counts: Partial<DimensionCounts> = {},
): Promise<void> {
  const { users, artists, albums, songs, devices, locations } = {
    users: 20,
    artists: 10,
    albums: 10,
    songs: 20,
    devices: 5,
    locations: 5,
    ...counts,
  };
  const version = "timestamptz '2026-01-01 00:00:00+00', 0";
  await client.query(
    `insert into users (user_id, username, version_at, version_partition, version_offset)
     select id, 'user ' || id, ${version}, id from generate_series(1, ${users}) id;
     insert into artists (artist_id, name, version_at, version_partition, version_offset)
     select id, 'artist ' || id, ${version}, id from generate_series(1, ${artists}) id;
     insert into albums (album_id, title, artist_id, version_at, version_partition, version_offset)
     select id, 'album ' || id, 1 + (id - 1) % ${artists}, ${version}, id from generate_series(1, ${albums}) id;
     insert into songs (song_id, title, version_at, version_partition, version_offset)
     select id, 'song ' || id, ${version}, id from generate_series(1, ${songs}) id;
     insert into devices (device_id, device_type, version_at, version_partition, version_offset)
     select id, 'mobile', ${version}, id from generate_series(1, ${devices}) id;
     insert into locations (location_id, country, version_at, version_partition, version_offset)
     select id, 'DE', ${version}, id from generate_series(1, ${locations}) id`,
  );
}
