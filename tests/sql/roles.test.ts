import { expect, test } from "vitest";

import { findNotRefused } from "#tests/support/rows/find-not-refused.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const ROLES = ["ingest", "closer", "reader"] as const;
const METRICS = [
  "user_engagement_metrics",
  "content_performance_metrics",
  "device_metrics",
  "location_metrics",
  "hourly_metrics",
];
const TABLES = [
  "users",
  "stream_events",
  "partition_ledger",
  "topic_watermarks",
  "window_frontiers",
  "window_publications",
  "revision_marks",
  "late_play_counts",
  "metric_revisions",
  "retention_horizons",
  "removed_counts",
  "window_partials",
  "hourly_partials",
  "dead_letters",
  "awaited_references",
  "dead_letter_actions",
  "record_attempts",
  "location_listeners",
  "hour_rollups",
  "user_segment_version",
  "user_segment_changes",
  "user_engagement_segments",
  "user_engagement_segment_versions",
  "content_performance_hours",
  "location_listener_hours",
  ...METRICS,
];

/** What nobody changes any more of what an operator has done. */
const WRITTEN_DOWN = [
  "update dead_letter_actions set actor = 'nobody'",
  "update dead_letter_actions set action = 'applied'",
  "update dead_letter_actions set acted_at = now()",
  "update dead_letter_actions set note = null",
  "delete from dead_letter_actions",
  "update dead_letters set original_key = null",
  "update dead_letters set original_headers = '[]'",
];
/** What an operator does with letters, for which ingest has the rights. */
const OPERATING = [
  "select from dead_letters for update skip locked",
  "update dead_letters set state = 'redriven', redrive_count = redrive_count + 1",
  "update dead_letters set state = 'buried', resolution = 'by_operator'",
  "update dead_letters set mended_value = '\\x00'",
  "update dead_letters set due_at = now()",
  "insert into dead_letter_actions (dead_letter_id, action, actor) values (1, 'buried', 'x')",
  "insert into awaited_references values ('users', 1, 1)",
  "delete from awaited_references",
];

test.for(ROLES)(
  "no role but the owner defines anything: not %s",
  async (role) => {
    const notRefused = await findNotRefused(await database.connect(role), [
      "create table mine (id integer)",
      "create schema mine",
      "create function f () returns integer language sql return 1",
      "create extension hstore",
      "create role other",
      "alter table stream_events disable trigger user",
      "alter table stream_events drop constraint stream_events_pkey",
      "drop table stream_events",
      "drop view hourly_live",
      "create index on stream_events (user_id)",
      "set role owner",
      "copy stream_events to program 'true'",
      "set session_replication_role = replica",
      "insert into schema_migrations (version, name, sha256) values (999, 'x', 'x')",
      ...TABLES.map((table) => `truncate ${table}`),
    ]);

    expect(notRefused).toEqual([]);
  },
);

test.for(ROLES)("no role hands on its rights: not %s", async (role) => {
  const readGrants = () =>
    database.list(
      "select relname, relacl::text from pg_class where relacl is not null order by 1",
    );
  const before = await readGrants();
  const client = await database.connect(role);

  // Postgres warns and grants nothing.
  await client.query("grant select on stream_events to public");
  await client.query("grant insert on users to public").catch(() => undefined);

  expect(await readGrants()).toEqual(before);
});

test("ingest writes facts, state and letters, and no more", async () => {
  const notRefused = await findNotRefused(await database.connect("ingest"), [
    // An attempt that has ended is forgotten, and so is a reference that has arrived.
    ...TABLES.filter(
      (table) => !["record_attempts", "awaited_references"].includes(table),
    ).map((table) => `delete from ${table}`),
    "update stream_events set is_liked = true",
    "update dead_letters set original_value = null",
    "update dead_letters set reason = 'malformed_json'",
    ...WRITTEN_DOWN,
    "update window_partials set stream_count = 0",
    "update window_frontiers set closed_until = 'infinity'",
    "insert into window_publications (window_kind, window_start) values ('minutes', now())",
    "insert into metric_revisions default values",
    "update retention_horizons set horizon = 'infinity'",
    "select remove_facts(1)",
    "select advance_retention_horizon('facts', '1 day')",
    ...METRICS.flatMap((table) => [
      `select from ${table}`,
      `update ${table} set stream_count = 0`,
      `insert into ${table} default values`,
    ]),
  ]);

  expect(notRefused).toEqual([]);
});

test("closer publishes windows, and no more", async () => {
  const notRefused = await findNotRefused(await database.connect("closer"), [
    "insert into users default values",
    "update users set username = 'x'",
    "insert into stream_events default values",
    "update stream_events set is_liked = true",
    "delete from stream_events",
    "delete from partition_ledger",
    "delete from window_publications",
    "delete from dead_letters",
    "insert into dead_letters default values",
    "insert into record_attempts default values",
    "delete from record_attempts",
    "update dead_letters set original_value = null",
    "update dead_letters set reason = 'malformed_json'",
    ...WRITTEN_DOWN,
    ...OPERATING,
    "update revision_marks set late_count = 0",
    "update late_play_counts set late_count = 0",
    "update metric_revisions set revision = 0",
    "delete from metric_revisions",
    "update retention_horizons set horizon = 'infinity'",
    "insert into window_frontiers default values",
    "update window_partials set stream_count = 0",
    "delete from hour_rollups",
    "update user_segment_version set version = 0",
    "insert into user_segment_changes default values",
    "update user_segment_changes set version = 0",
    "update content_performance_hours set stream_count = 0",
    "update location_listener_hours set chunk = 0",
    ...METRICS.map((table) => `delete from ${table}`),
  ]);

  expect(notRefused).toEqual([]);
});

test.for(ROLES)("nobody forges what a user was: not %s", async (role) => {
  const client = await database.connect(role);
  const notRefused = await findNotRefused(client, [
    "select note_segment_changes()",
    `create temp table forged (user_id integer, subscription_type text, age integer);
       create trigger forge after update on forged referencing old table as before new table as after
       for each statement execute function note_segment_changes()`,
  ]);

  expect(notRefused).toEqual([]);
});

test("reader writes nothing", async () => {
  const notRefused = await findNotRefused(await database.connect("reader"), [
    ...TABLES.flatMap((table) => [
      `insert into ${table} default values`,
      `delete from ${table}`,
      `select from ${table} for update`,
    ]),
    ...WRITTEN_DOWN,
    ...OPERATING,
  ]);

  expect(notRefused).toEqual([]);
});

test("reader sees every table and view", async () => {
  const reader = await database.connect("reader");
  const { rows } = await reader.query<{ relname: string }>(
    `select relname from pg_class
     where relnamespace = 'public'::regnamespace and relkind in ('r', 'v')
       and not has_table_privilege(oid, 'select')`,
  );

  // Which migrations were applied is the owner's business.
  expect(rows).toEqual([{ relname: "schema_migrations" }]);
});

test("a statement that is not refused is found, whether it works or fails", async () => {
  const ingest = await database.connect("ingest");

  expect(
    await findNotRefused(ingest, [
      "select from stream_events",
      "insert into users default values",
      "delete from users",
    ]),
  ).toEqual([
    "select from stream_events: done",
    "insert into users default values: 23502",
  ]);
});
