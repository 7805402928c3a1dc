import { beforeAll, expect, inject, test } from "vitest";

import type { SupersetSession } from "#compose/superset/api/session.ts";
import { withClient } from "#tests/support/with-client.ts";
import { readChart, signInToRun } from "./support/session.ts";

let session: SupersetSession;
beforeAll(async () => {
  session = await signInToRun();
});

/** Rows of the facts, counted without any view or metric table. */
function countFacts(text: string): Promise<Record<string, unknown>[]> {
  return withClient(inject("ownerUrl"), async (client) => {
    const { rows } = await client.query<Record<string, unknown>>(text);
    return rows;
  });
}

/** Numbers by name, as Superset and Postgres give them. */
const byName = (
  rows: readonly Readonly<Record<string, unknown>>[],
  name: string,
  value: string,
) =>
  Object.fromEntries(
    rows.map((row) => [String(row[name]), Number(row[value])]),
  );

/** Expects these numbers but for the last bits of a division. */
const closeTo = (expected: Readonly<Record<string, number>>) =>
  Object.fromEntries(
    Object.entries(expected).map(([name, value]) => [
      name,
      expect.closeTo(value, 9),
    ]),
  );

test("the skip rate of a window is the share of its plays, however many of them one user has", async () => {
  const facts = await countFacts(`
    select
      extract(epoch from date_bin('5 minutes', "timestamp", '1970-01-01Z'))::bigint * 1000 as time,
      count(*) filter (where is_skipped)::float / count(*) as rate
    from stream_events
    group by 1`);
  const ofUsers = await countFacts(`
    select avg(rate) as rate from (
      select user_id, avg(is_skipped::integer) as rate
      from stream_events
      where date_bin('5 minutes', "timestamp", '1970-01-01Z') = (
        select date_bin('5 minutes', "timestamp", '1970-01-01Z')
        from stream_events where user_id = 1
        group by 1 order by count(*) desc limit 1
      )
      group by user_id
    ) r`);

  const shown = byName(
    await readChart(session, "skip-rate"),
    "time_window",
    "skip_rate",
  );

  expect(shown).toEqual(closeTo(byName(facts, "time", "rate")));
  expect(facts.length).toBeGreaterThan(30);
  // The data would show the fault of averaging the users' rates.
  const average = Number(ofUsers[0]?.["rate"]);
  expect(
    Object.values(shown).every((rate) => Math.abs(rate - average) > 1e-6),
  ).toBe(true);
});

test("the users of a region are counted once, in however many windows they were there", async () => {
  const facts = await countFacts(`
    select l.region || ', ' || l.country as region, count(distinct e.user_id) as users
    from stream_events e join locations l using (location_id)
    group by 1 order by 2 desc`);
  const summed = await countFacts(
    "select max(users) as users from (select sum(unique_users) as users from location_live join locations using (location_id) group by region, country) s",
  );

  const rows = await readChart(session, "unique-users-by-region");

  const shown = byName(rows, "region_label", "unique_users");
  expect(byName(facts, "region", "users")).toMatchObject(shown);
  expect(rows.map((row) => Number(row["unique_users"]))).toEqual(
    facts.slice(0, 15).map(({ users }) => Number(users)),
  );
  // There are others to be left out.
  expect(facts.length).toBeGreaterThan(15);
  // The data would show the fault of adding up the windows' users.
  expect(Number(summed[0]?.["users"])).toBeGreaterThan(
    2 * Math.max(...Object.values(shown)),
  );
});

test("the top songs are told by their numbers, though two have one title", async () => {
  await withClient(inject("ownerUrl"), (client) =>
    client.query(
      "update songs set title = 'One Title' where song_id in (select song_id from stream_events group by song_id order by count(*) desc limit 2)",
    ),
  );
  const facts = await countFacts(`
    select s.title || ' (' || s.song_id || ')' as song, count(*) as streams
    from stream_events e join songs s using (song_id)
    group by s.song_id order by count(*) desc`);

  const rows = await readChart(session, "top-songs");

  const expected = byName(facts, "song", "streams");
  const shown = byName(rows, "song_label", "streams");
  expect(expected).toMatchObject(shown);
  expect(rows.map(({ streams }) => Number(streams))).toEqual(
    facts.slice(0, 10).map(({ streams }) => Number(streams)),
  );
  expect(
    Object.keys(shown).filter((name) => name.startsWith("One Title")),
  ).toHaveLength(2);
});

test("streams per user are the plays by the different users of the whole period", async () => {
  const facts = await countFacts(`
    select u.subscription_type as type, count(*)::float / count(distinct e.user_id) as streams
    from stream_events e join users u using (user_id)
    group by 1`);

  const shown = byName(
    await readChart(session, "streams-per-user"),
    "subscription_type",
    "streams_per_user",
  );

  expect(shown).toEqual(closeTo(byName(facts, "type", "streams")));
});

test("the streams of an hour of the day are divided by the days that had this hour", async () => {
  const facts = await countFacts(`
    with hours as (
      select hour, (select count(*) from stream_events where date_trunc('hour', "timestamp", 'UTC') = hour) as streams
      from generate_series((select min(date_trunc('hour', "timestamp", 'UTC')) from stream_events), now(), '1 hour') as hour
    )
    select to_char(hour at time zone 'UTC', 'HH24') as hour_of_day, sum(streams)::float / count(*) as streams
    from hours group by 1`);

  const shown = byName(
    await readChart(session, "streams-by-hour-of-day"),
    "hour_of_day",
    "streams_per_day",
  );

  expect(shown).toEqual(closeTo(byName(facts, "hour_of_day", "streams")));
});

test("the active users of a window are its different users, open windows included", async () => {
  const facts = await countFacts(`
    select
      extract(epoch from date_bin('5 minutes', "timestamp", '1970-01-01Z'))::bigint * 1000 as time,
      count(distinct user_id) as users
    from stream_events
    group by 1`);
  const open = await countFacts(
    "select count(distinct window_start) as count from window_partials where window_kind = 'minutes'",
  );

  const shown = byName(
    await readChart(session, "active-users"),
    "time_window",
    "active_user_count",
  );

  expect(shown).toEqual(byName(facts, "time", "users"));
  expect(Number(open[0]?.["count"])).toBeGreaterThan(0);
});

test("the five cities over time are the five locations with the most streams", async () => {
  const facts = await countFacts(
    "select location_id, count(*) as streams from stream_events group by 1 order by 2 desc, 1 limit 5",
  );

  const rows = await readChart(session, "top-cities");

  const totals = new Map<string, number>();
  for (const { place_label: place, streams } of rows)
    totals.set(
      String(place),
      (totals.get(String(place)) ?? 0) + Number(streams),
    );
  expect([...totals.values()].sort((a, b) => b - a)).toEqual(
    facts.map(({ streams }) => Number(streams)),
  );
});

test("trending songs compare the newest published window with the one before", async () => {
  const facts = await countFacts(`
    with newest as (select max(time_window) as start from content_performance_metrics)
    select
      song_id,
      count(*) filter (where "timestamp" >= start) as streams,
      count(*) filter (where "timestamp" < start) as before
    from stream_events cross join newest
    where "timestamp" >= start - interval '5 minutes' and "timestamp" < start + interval '5 minutes'
    group by song_id
    having
      count(*) filter (where "timestamp" >= start) >= 5
      and count(*) filter (where "timestamp" >= start) > count(*) filter (where "timestamp" < start)
    order by count(*) filter (where "timestamp" >= start) - count(*) filter (where "timestamp" < start) desc
    limit 10`);

  const rows = await readChart(session, "trending-songs");

  const changes = rows.map((row) => ({
    streams: Number(row["stream_count"]),
    before: Number(row["stream_count_before"]),
    isNew: row["change"] === "new",
  }));
  const growths = changes.map(({ streams, before }) => streams - before);
  expect(growths).toEqual(
    facts.map(({ streams, before }) => Number(streams) - Number(before)),
  );
  expect(changes.length).toBeGreaterThan(0);
  for (const { before, isNew } of changes) expect(isNew).toBe(before === 0);
});

test("a period without the newest published window has no trending songs", async () => {
  await expect(
    readChart(
      session,
      "trending-songs",
      "2020-01-01T00:00:00 : 2020-01-02T00:00:00",
    ),
  ).resolves.toEqual([]);
});

test("the listen time by subscription is that of a play, however many of them one user has", async () => {
  const facts = await countFacts(`
    select u.subscription_type as type, avg(stream_duration_seconds)::float as seconds
    from stream_events e join users u using (user_id)
    group by 1`);

  const shown = byName(
    await readChart(session, "listen-time-by-subscription"),
    "subscription_type",
    "listen_time_per_stream",
  );

  expect(shown).toEqual(closeTo(byName(facts, "type", "seconds")));
  expect(facts.length).toBeGreaterThan(1);
});

test("the completion rate of an OS is the share of its plays", async () => {
  const facts = await countFacts(`
    select d.os, count(*) filter (where is_complete_play)::float / count(*) as rate
    from stream_events e join devices d using (device_id)
    group by 1`);

  const shown = byName(
    await readChart(session, "completion-by-os"),
    "os",
    "completion_rate",
  );

  expect(shown).toEqual(closeTo(byName(facts, "os", "rate")));
  expect(facts.length).toBeGreaterThan(1);
});

test("an hour has its plays, its different users and songs, its rates and its listen time", async () => {
  const facts = await countFacts(`
    select
      extract(epoch from date_trunc('hour', "timestamp", 'UTC'))::bigint * 1000 as time,
      count(*) as streams,
      count(distinct user_id) as users,
      count(distinct song_id) as songs,
      count(*) filter (where is_skipped)::float / count(*) as skip_rate,
      count(*) filter (where is_liked)::float / count(*) as like_rate,
      avg(stream_duration_seconds)::float as seconds
    from stream_events
    group by 1`);

  const names = [
    "hourly-streams",
    "hourly-unique-users-and-songs",
    "hourly-rates",
    "hourly-listen-time",
  ];
  const [streams = [], unique = [], rates = [], seconds = []] =
    await Promise.all(names.map((name) => readChart(session, name)));

  const factsOf = (value: string) => byName(facts, "time", value);
  expect(byName(streams, "time_window", "streams")).toEqual(factsOf("streams"));
  expect(byName(unique, "time_window", "hour_unique_users")).toEqual(
    factsOf("users"),
  );
  expect(byName(unique, "time_window", "hour_unique_songs")).toEqual(
    factsOf("songs"),
  );
  expect(byName(rates, "time_window", "weighted_skip_rate")).toEqual(
    closeTo(factsOf("skip_rate")),
  );
  expect(byName(rates, "time_window", "weighted_like_rate")).toEqual(
    closeTo(factsOf("like_rate")),
  );
  expect(byName(seconds, "time_window", "listen_time_per_stream")).toEqual(
    closeTo(factsOf("seconds")),
  );
  expect(facts.length).toBeGreaterThanOrEqual(3);
});
