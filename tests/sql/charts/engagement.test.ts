import { beforeEach, describe, expect, test } from "vitest";

import { sumAllSegments } from "#tests/support/rows/sum-segments.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();

/**
 * One user with 1 play, skipped, and one with 99 plays, none skipped, both `free`; a `premium` user in two windows; one of
 * whom nothing is known but the number; an open window of two micro-batches; an hour that is over.
 */
const ROWS = `
  update users set subscription_type = null, age = null;
  update users set subscription_type = 'free', age = 17 where user_id = 1;
  update users set subscription_type = 'free', age = 18 where user_id = 2;
  update users set subscription_type = 'premium', age = 65 where user_id = 3;
  update window_frontiers set closed_until = '2026-01-15 12:10+00' where window_kind = 'minutes';
  insert into user_engagement_metrics (
    time_window, user_id, stream_count, total_listen_time, avg_listen_time, skip_rate, like_rate, share_rate, playlist_add_rate
  ) values
    ('2026-01-15 12:00+00', 1, 1, 10, 10, 1, 0, 0, 0),
    ('2026-01-15 12:00+00', 2, 99, 19800, 200, 0, 33.0/99, 1.0/99, 2.0/99),
    ('2026-01-15 12:00+00', 3, 7, 700, 100, 3.0/7, 1.0/7, 0, 0),
    ('2026-01-15 12:05+00', 3, 3, 30, 10, 1.0/3, 0, 0, 0),
    ('2026-01-15 12:05+00', 4, 1, 50, 50, 0, 1, 0, 0),
    ('2026-01-15 11:00+00', 2, 4, 40, 10, 0.25, 0.5, 0.75, 1);
  insert into window_publications (window_kind, window_start)
  values ('minutes', '2026-01-15 12:00+00'), ('minutes', '2026-01-15 12:05+00');
  insert into window_partials (window_kind, window_start, stream_count) values ('minutes', '2026-01-15 12:10+00', 3);
  insert into user_engagement_partials (
    time_window, user_ids, stream_counts, total_listen_times, skipped_counts, liked_counts, shared_counts, added_to_playlist_counts
  ) values
    ('2026-01-15 12:10+00', '{3,4}', '{1,1}', '{5,6}', '{1,0}', '{0,0}', '{0,0}', '{0,0}'),
    ('2026-01-15 12:10+00', '{3}', '{1}', '{7}', '{0}', '{1}', '{0}', '{0}')`;

beforeEach(async () => {
  await database.rows(ROWS);
  await sumAllSegments(database);
});

/** Times as of a session that is somewhere else. */
const inTokyo = async (text: string) => {
  await database.rows("set timezone = 'Asia/Tokyo'");
  try {
    return await database.list(text);
  } finally {
    await database.rows("set timezone = 'UTC'");
  }
};

describe("a window's users by what groups them", () => {
  const COLUMNS = `to_char(time_window at time zone 'UTC', 'HH24:MI'), subscription_type, age_group, active_users,
    stream_count, total_listen_time, skipped_count, liked_count, shared_count, added_to_playlist_count, is_final`;

  test("are counted, with their plays added up, of open windows as of closed ones", async () => {
    expect(
      await inTokyo(
        `select ${COLUMNS} from engagement_by_window order by 1, 2, 3 desc`,
      ),
    ).toEqual([
      ["11:00", "free", "18-24", 1, 4, 40, 1, 2, 3, 4, true],
      ["12:00", "free", "under 18", 1, 1, 10, 1, 0, 0, 0, true],
      ["12:00", "free", "18-24", 1, 99, 19800, 0, 33, 1, 2, true],
      ["12:00", "premium", "65 and over", 1, 7, 700, 3, 1, 0, 0, true],
      ["12:05", "premium", "65 and over", 1, 3, 30, 1, 0, 0, 0, true],
      ["12:05", "unknown", "unknown", 1, 1, 50, 0, 1, 0, 0, true],
      ["12:10", "premium", "65 and over", 1, 2, 12, 1, 1, 0, 0, false],
      ["12:10", "unknown", "unknown", 1, 1, 6, 0, 0, 0, 0, false],
    ]);
  });

  test("give rates that are ratios of sums, whatever the plays of each", async () => {
    expect(
      await database.list(
        `select subscription_type, (sum(skipped_count) / sum(stream_count))::double precision
         from engagement_by_window where time_window = '2026-01-15 12:00+00' group by 1 order by 1`,
      ),
    ).toEqual([
      ["free", 0.01],
      ["premium", 3 / 7],
    ]);
  });

  test("are added up by the hour, whose unfinished state is that of its last window", async () => {
    const columns = COLUMNS.replace("active_users,", "");
    expect(
      await inTokyo(
        `select ${columns} from engagement_by_hour order by 1, 2, 3 desc`,
      ),
    ).toEqual([
      ["11:00", "free", "18-24", 4, 40, 1, 2, 3, 4, true],
      ["12:00", "free", "under 18", 1, 10, 1, 0, 0, 0, false],
      ["12:00", "free", "18-24", 99, 19800, 0, 33, 1, 2, false],
      ["12:00", "premium", "65 and over", 12, 742, 5, 2, 0, 0, false],
      ["12:00", "unknown", "unknown", 2, 56, 0, 1, 0, 0, false],
    ]);
  });

  test("are counted once in an hour", async () => {
    expect(
      await database.list(
        `select user_id, stream_count, total_listen_time, is_final from engagement_by_user_hour
         where time_window = '2026-01-15 12:00+00' order by 1`,
      ),
    ).toEqual([
      [1, 1, 10, false],
      [2, 99, 19800, false],
      [3, 12, 742, false],
      [4, 2, 56, false],
    ]);
  });

  test("are those of their present attributes", async () => {
    await database.rows(
      "update users set subscription_type = 'family' where user_id in (1, 2)",
    );

    expect(
      await database.list(
        "select distinct subscription_type from engagement_by_hour order by 1",
      ),
    ).toEqual([["family"], ["premium"], ["unknown"]]);
  });
});

test("every hour since the first one is there, with its plays or none, so that days without any count as days", async () => {
  await database.rows(`
    update window_frontiers set closed_until = '2026-01-15 14:00+00' where window_kind = 'hourly';
    insert into hourly_metrics (time_window, stream_count, unique_users, unique_songs, unique_artists, total_listen_time,
      avg_listen_time, skip_rate, like_rate)
    values ('2026-01-14 13:00+00', 10, 1, 1, 1, 10, 1, 0, 0), ('2026-01-15 12:00+00', 4, 1, 1, 1, 4, 1, 0, 0);
    insert into hourly_partials (time_window, stream_count, total_listen_time, skipped_count, liked_count, user_ids, song_ids,
      artist_ids)
    values ('2026-01-15 14:00+00', 3, 3, 0, 0, '{1}', '{1}', '{1}')`);

  expect(
    await inTokyo(
      `select to_char(time_window at time zone 'UTC', 'DD HH24:MI'), stream_count, is_final from streams_by_hour
       where time_window < '2026-01-14 15:00+00' or time_window between '2026-01-15 11:00+00' and '2026-01-15 15:00+00'
       order by 1`,
    ),
  ).toEqual([
    ["14 13:00", 10, true],
    ["14 14:00", 0, true],
    ["15 11:00", 0, true],
    ["15 12:00", 4, true],
    ["15 13:00", 0, true],
    ["15 14:00", 3, false],
    ["15 15:00", 0, false],
  ]);
  expect(
    await database.list(
      `select sum(stream_count)::double precision / count(*) from streams_by_hour
       where to_char(time_window at time zone 'UTC', 'HH24') = '13' and time_window < '2026-01-16 00:00+00'`,
    ),
  ).toEqual([[5]]);
  expect(
    await database.list(
      "select max(time_window) > now() - interval '1 hour' from streams_by_hour",
    ),
  ).toEqual([[true]]);
});

test("there are no hours before the first one", async () => {
  expect(await database.list("select * from streams_by_hour")).toEqual([]);
});

test.for([
  [null, "unknown"],
  [0, "under 18"],
  [17, "under 18"],
  [18, "18-24"],
  [24, "18-24"],
  [25, "25-34"],
  [34, "25-34"],
  [35, "35-44"],
  [44, "35-44"],
  [45, "45-54"],
  [54, "45-54"],
  [55, "55-64"],
  [64, "55-64"],
  [65, "65 and over"],
] as const)("the age %s is in the group %s", async ([age, group]) => {
  expect(await database.list("select age_group($1)", [age])).toEqual([[group]]);
});

test("a count comes back from its share to the last play, of any number up to a million", async () => {
  expect(
    await database.list(
      `select count(*) from generate_series(1, 1000000, 997) of_count, generate_series(0, of_count, 1 + of_count / 50) as part
       where total_of_mean(part::double precision / of_count, of_count) <> part`,
    ),
  ).toEqual([[0]]);
});
