import type pg from "pg";

/** A play of the report tests; what is left out is the same for all. */
export interface SmallPlay {
  readonly at: string;
  readonly user?: number;
  readonly song?: number;
  readonly artist?: number;
  readonly device?: number;
  readonly location?: number;
  readonly seconds?: number;
  readonly isSkipped?: boolean;
  readonly isComplete?: boolean;
}

const CATALOGUE = `
insert into users (user_id, username, age, subscription_type, version_at, version_partition, version_offset)
values (1, 'ann', 17, 'free', now(), 0, 1), (2, 'bob', 18, 'premium', now(), 0, 2), (3, 'cem', null, null, now(), 0, 3),
  (4, 'dee', 65, 'free', now(), 0, 4);
insert into artists (artist_id, name, version_at, version_partition, version_offset)
values (1, 'The Doubles', now(), 0, 1), (2, 'The Doubles', now(), 0, 2), (3, 'Nightjar', now(), 0, 3);
insert into albums (album_id, title, artist_id, version_at, version_partition, version_offset)
values (1, 'Album', 1, now(), 0, 1);
insert into songs (song_id, title, genre, version_at, version_partition, version_offset)
values (1, 'Again', 'rock', now(), 0, 1), (2, 'Again', 'jazz', now(), 0, 2), (3, 'Other', null, now(), 0, 3);
insert into devices (device_id, device_type, os, version_at, version_partition, version_offset)
values (1, 'phone', 'iOS', now(), 0, 1), (2, 'phone', 'iOS', now(), 0, 2), (3, 'speaker', null, now(), 0, 3);
insert into locations (location_id, country, region, version_at, version_partition, version_offset)
values (1, 'DE', 'Berlin', now(), 0, 1), (2, 'DE', 'Berlin', now(), 0, 2), (3, 'FR', null, now(), 0, 3);
`;

/** Adds four users, three artists (two of one name), three songs (two of one title), devices and locations. */
export async function insertSmallCatalogue(client: pg.Client): Promise<void> {
  await client.query(CATALOGUE);
}

/** Adds plays; times are RFC 3339. */
export async function insertPlays(
  client: pg.Client,
  plays: readonly SmallPlay[],
): Promise<void> {
  const rows = plays.map((play) => ({
    at: play.at,
    user_id: play.user ?? 1,
    song_id: play.song ?? 1,
    artist_id: play.artist ?? 1,
    device_id: play.device ?? 1,
    location_id: play.location ?? 1,
    seconds: play.seconds ?? 60,
    is_skipped: play.isSkipped ?? false,
    is_complete: play.isComplete ?? false,
  }));
  await client.query(
    `insert into stream_events (
      event_id, "timestamp", user_id, song_id, artist_id, album_id, device_id, location_id, stream_duration_seconds,
      is_complete_play, is_skipped, is_liked, is_shared, is_added_to_playlist
    )
    select gen_random_uuid(), p.at, p.user_id, p.song_id, p.artist_id, 1, p.device_id, p.location_id, p.seconds,
      p.is_complete, p.is_skipped, false, false, false
    from jsonb_to_recordset($1::jsonb) as p (
      at timestamptz, user_id integer, song_id integer, artist_id integer, device_id integer, location_id integer,
      seconds integer, is_skipped boolean, is_complete boolean
    )`,
    [JSON.stringify(rows)],
  );
}
