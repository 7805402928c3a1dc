import { describe, expect, test } from "vitest";

import { migrate, readMigrations } from "#shared/adapters/postgres/migrate.ts";
import { loadStatement } from "#shared/sql.ts";
import { withClient } from "#tests/support/with-client.ts";
import { createDatabase } from "#tests/support/servers.ts";

test("metric rows that were revised before changes were recorded pass the check of their history", async () => {
  const { urls } = await createDatabase();
  await migrateTo(urls.owner, 11);
  await withClient(urls.owner, (client) =>
    client.query(`
      insert into user_engagement_metrics values (now(), 1, 1, 1, 1, 0, 0, 0, 0, 2);
      insert into content_performance_metrics values (now(), 1, 1, 1, 0, 0, 0, 1);
      insert into device_metrics values (now(), 1, 1, 1, 0, 3), (now(), 2, 1, 1, 0, 0);
      insert into location_metrics values (now(), 1, 1, 1, 1, 1);
      insert into hourly_metrics values (now(), 1, 1, 1, 1, 1, 1, 0, 0, 5)`),
  );

  await migrate({ databaseUrl: urls.owner });

  await withClient(urls.owner, async (client) => {
    const history = await client.query({
      text: "select metric_table, revision, old_values from metric_revisions order by 1",
      rowMode: "array",
    });
    expect(history.rows).toEqual([
      ["content_performance_metrics", 1, null],
      ["device_metrics", 3, null],
      ["hourly_metrics", 5, null],
      ["location_metrics", 1, null],
      ["user_engagement_metrics", 2, null],
    ]);
    const check = loadStatement("validation/checks/revisions_are_recorded");
    expect((await client.query(check.text)).rows).toEqual([]);
  });
});

describe("partial aggregates of the version that kept a row per key", () => {
  test("are looked at, folded and published as before", async () => {
    const { urls } = await createDatabase();
    await migrateTo(urls.owner, 15);
    await withClient(urls.owner, (client) => client.query(ROWS_PER_KEY));
    const before = await readLiveViews(urls.reader);

    await migrate({ databaseUrl: urls.owner });

    expect(before.map((rows) => rows.length)).toEqual([3, 3, 1, 2, 1]);
    expect(await readLiveViews(urls.reader)).toEqual(before);
    await withClient(urls.owner, async (client) => {
      const windows = await client.query<{ rows: number; users: number }>(
        `select count(*)::integer as rows, sum(cardinality(user_ids))::integer as users
         from user_engagement_partials group by time_window order by time_window`,
      );
      expect(windows.rows).toEqual([
        { rows: 1, users: 2 },
        { rows: 1, users: 1 },
      ]);
      const user = await client.query({
        text: `select stream_count, skipped_count, total_listen_time, liked_count, shared_count, added_to_playlist_count
          from user_engagement_partial_rows where user_id = 7 order by time_window`,
        rowMode: "array",
      });
      expect(user.rows).toEqual([
        [3, 1, "5000000000", 2, 3, 4],
        [1, 0, "60", 0, 0, 0],
      ]);
    });
    await withClient(urls.closer, async (client) => {
      for (const metric of METRICS)
        for (const verb of ["fold", "merge"]) {
          const { text } = loadStatement(
            `queries/close-windows/${verb}_${metric}`,
          );
          for (const start of ["12:00", "12:05"])
            await client.query(text, [`2026-01-15T${start}:00Z`]);
        }
    });
    expect(await readLiveViews(urls.reader)).toEqual(
      before.map((rows) => rows.map(asFinal)),
    );
  });

  test("are refused from then on, as an unknown column", async () => {
    const { urls } = await createDatabase();
    await migrate({ databaseUrl: urls.owner });

    await withClient(urls.ingest, async (client) => {
      await expect(
        client.query(
          "copy user_engagement_partials (time_window, user_id, stream_count) from stdin with (format binary)",
        ),
      ).rejects.toMatchObject({ code: "42703" });
    });
  });
});

describe("windows that were published before listeners were kept", () => {
  test("have those of their facts, their hours are to be added up, and all checks of both pass", async () => {
    const { urls } = await createDatabase();
    await migrateTo(urls.owner, 18);
    await withClient(urls.owner, (client) => client.query(PUBLISHED_WINDOWS));

    await migrate({ databaseUrl: urls.owner });

    await withClient(urls.owner, async (client) => {
      const list = async (text: string) =>
        (await client.query<unknown[]>({ text, rowMode: "array" })).rows;
      expect(
        await list(`
          select to_char(time_window at time zone 'UTC', 'HH24:MI'), location_id, chunk, bit_count(listeners)::integer,
            position(B'1' in listeners) - 1
          from location_listeners order by 1, 2, 3`),
      ).toEqual([
        ["12:00", 1, 0, 2, 1],
        ["12:00", 1, 1, 1, 0],
        ["13:55", 2, 0, 1, 2047],
      ]);
      expect(
        await list(
          "select to_char(time_window at time zone 'UTC', 'HH24:MI'), rolled_until, is_due from hour_rollups order by 1",
        ),
      ).toEqual([
        ["10:00", null, true],
        ["12:00", null, true],
        ["13:00", null, true],
      ]);
      for (const check of [
        "location_listeners_match_facts",
        "hour_rollups_match_windows",
        "segment_sums_match_windows",
      ]) {
        const { text } = loadStatement(`validation/checks/${check}`);
        expect((await client.query(text)).rows).toEqual([]);
      }
    });
  });
});

/** Of the first window retention has taken a part of the facts; the last one is open. */
const PUBLISHED_WINDOWS = `
  insert into users (user_id, version_at, version_partition, version_offset)
  select id, now(), 0, id from unnest(array[1, 2, 2047, 2048]) as id;
  insert into artists (artist_id, version_at, version_partition, version_offset) values (1, now(), 0, 1);
  insert into albums (album_id, artist_id, version_at, version_partition, version_offset) values (1, 1, now(), 0, 1);
  insert into songs (song_id, version_at, version_partition, version_offset) values (1, now(), 0, 1);
  insert into devices (device_id, version_at, version_partition, version_offset) values (1, now(), 0, 1);
  insert into locations (location_id, version_at, version_partition, version_offset)
  values (1, now(), 0, 1), (2, now(), 0, 2);
  insert into window_frontiers (window_kind, window_size, closed_until)
  values ('minutes', '5 minutes', '2026-01-15 14:00+00'), ('hourly', '1 hour', '2026-01-15 14:00+00')
  on conflict (window_kind) do update set closed_until = excluded.closed_until;
  update retention_horizons set horizon = '2026-01-15 11:00+00' where kept = 'facts';
  insert into window_publications (window_kind, window_start) values
    ('minutes', '2026-01-15 10:00+00'), ('minutes', '2026-01-15 12:00+00'), ('minutes', '2026-01-15 13:55+00'),
    ('hourly', '2026-01-15 12:00+00'), ('hourly', '2026-01-15 13:00+00');
  insert into stream_events
  select gen_random_uuid(), p.at::timestamptz, p.user_id, 1, 1, 1, 1, p.location_id, 60, true, false, false, false, false
  from (values
    ('2026-01-15 10:01+00', 1, 1),
    ('2026-01-15 12:00+00', 1, 1), ('2026-01-15 12:01+00', 1, 1), ('2026-01-15 12:02+00', 2, 1),
    ('2026-01-15 12:04:59.999999+00', 2048, 1), ('2026-01-15 12:05+00', 2, 1),
    ('2026-01-15 13:55+00', 2047, 2), ('2026-01-15 14:00+00', 1, 2)
  ) as p (at, user_id, location_id)`;

const METRICS = [
  "user_engagement",
  "content_performance",
  "device",
  "location",
  "hourly",
] as const;

/** What two micro-batches have left in two windows, and more listened to than 32 bits hold. */
const ROWS_PER_KEY = `
  insert into user_engagement_partials (
    time_window, user_id, stream_count, skipped_count, total_listen_time, liked_count, shared_count, added_to_playlist_count
  ) values
    ('2026-01-15 12:00+00', 7, 1, 1, 4999999000, 0, 1, 4),
    ('2026-01-15 12:00+00', 7, 2, 0, 1000, 2, 2, 0),
    ('2026-01-15 12:00+00', 8, 1, 0, 10, 0, 0, 0),
    ('2026-01-15 12:05+00', 7, 1, 0, 60, 0, 0, 0);
  insert into content_performance_partials (
    time_window, song_id, artist_id, stream_count, completed_count, skipped_count, liked_count
  ) values
    ('2026-01-15 12:00+00', 1, 1, 1, 1, 0, 0),
    ('2026-01-15 12:00+00', 1, 2, 1, 0, 1, 1),
    ('2026-01-15 12:00+00', 1, 2, 3, 1, 0, 1),
    ('2026-01-15 12:05+00', 1, 1, 1, 0, 0, 1);
  insert into device_partials (time_window, device_id, stream_count, total_listen_time, completed_count) values
    ('2026-01-15 12:00+00', 1, 1, 5000000000, 1),
    ('2026-01-15 12:00+00', 1, 2, 60, 0);
  insert into location_partials (time_window, location_id, stream_count, user_ids, song_ids) values
    ('2026-01-15 12:00+00', 1, 2, '{7,8}', '{1}'),
    ('2026-01-15 12:00+00', 1, 3, '{7,9}', '{1}'),
    ('2026-01-15 12:00+00', 2, 1, '{7}', '{1}');
  insert into hourly_partials (
    time_window, stream_count, total_listen_time, skipped_count, liked_count, user_ids, song_ids, artist_ids
  ) values
    ('2026-01-15 12:00+00', 5, 5000000000, 1, 2, '{7,8}', '{1}', '{1,2}'),
    ('2026-01-15 12:00+00', 1, 60, 0, 1, '{7}', '{2}', '{2}')`;

/** Rows of the live views, which end with whether they are final. */
async function readLiveViews(databaseUrl: string): Promise<unknown[][][]> {
  return withClient(databaseUrl, async (client) => {
    const views: unknown[][][] = [];
    for (const metric of METRICS) {
      const { rows } = await client.query<unknown[]>({
        text: `select * from ${metric}_live order by 1, 2, 3`,
        rowMode: "array",
      });
      views.push(rows);
    }
    return views;
  });
}

const asFinal = (row: readonly unknown[]) => [...row.slice(0, -1), true];

function migrateTo(databaseUrl: string, last: number) {
  return migrate({
    databaseUrl,
    migrations: readMigrations().filter(({ version }) => version <= last),
  });
}
