import { at, type PlantedFault } from "./planted-fault.ts";

/** Faults in references, keys, required columns and settings. */
export const REFERENCE_FAULTS: readonly PlantedFault[] = [
  {
    check: "albums_have_artists",
    fault: "an album without its artist",
    plant: `alter table albums alter constraint albums_artist_id_fkey not enforced;
      update albums set artist_id = 99 where album_id = 2`,
    alsoFails: ["references_are_guarded"],
    shows: { album_id: 2, missing_artist_id: 99 },
  },
  {
    check: "metrics_have_dimensions",
    fault: "a metric row of a user that does not exist",
    plant: `insert into user_engagement_metrics
      values (${at("10:05")}, 99, 0, 0, 0, 0, 0, 0, 0, 0, now() - interval '1 day')`,
    alsoFails: [
      "segment_sums_match_windows",
      "user_engagement_metrics_match_facts",
    ],
    shows: {
      metric_table: "user_engagement_metrics",
      reference: "users",
      missing_id: 99,
      row_count: 1,
    },
  },
  ...(["users", "songs", "devices", "locations"] as const).map(
    (dimension): PlantedFault => ({
      check: "plays_have_dimensions",
      fault: `plays without their row of ${dimension}`,
      plant: `delete from ${dimension} where ${dimension.slice(0, -1)}_id = 3`,
      alsoFails: [
        "metrics_have_dimensions",
        // What a user is grouped by is gone with the row.
        ...(dimension === "users" ? ["segment_sums_match_windows"] : []),
      ],
      shows: { reference: dimension, missing_id: 3 },
    }),
  ),
  {
    check: "plays_have_dimensions",
    fault: "plays without their album",
    plant: "delete from albums where album_id = 3",
    shows: { reference: "albums", missing_id: 3, play_count: 90 },
  },
  {
    check: "plays_have_dimensions",
    fault: "plays without their artist",
    plant:
      "update albums set artist_id = 1; delete from artists where artist_id = 3",
    alsoFails: ["metrics_have_dimensions"],
    shows: { reference: "artists", missing_id: 3, play_count: 90 },
  },
  {
    check: "references_are_guarded",
    fault: "a disabled trigger",
    plant:
      "alter table stream_events disable trigger stream_events_refuse_orphans_on_update",
    shows: {
      guard: "trigger stream_events_refuse_orphans_on_update",
      problem: "is disabled",
    },
  },
  {
    check: "references_are_guarded",
    fault: "a missing key",
    plant: "alter table albums drop constraint albums_artist_id_fkey",
    shows: { guard: "foreign key albums.artist_id", problem: "is missing" },
  },
  {
    check: "play_ids_are_unique",
    fault: "facts without a primary key",
    plant: "alter table stream_events drop constraint stream_events_pkey",
    shows: {
      subject: "primary key of stream_events (event_id)",
      problem: "is missing",
    },
  },
  {
    check: "play_ids_are_unique",
    fault: "one id on two facts",
    // Only the id changes, so that everything else still holds.
    plant: `alter table stream_events drop constraint stream_events_pkey;
      update stream_events set event_id = '00000000-0000-7000-8000-000000000001'
      where event_id = '00000000-0000-7000-8000-000000000000'`,
    shows: {
      subject: "event_id 00000000-0000-7000-8000-000000000001",
      problem: "is 2 facts",
    },
  },
  {
    check: "required_columns_are_filled",
    fault: "a user without a name",
    plant: "update users set username = null where user_id = 2",
    shows: {
      dimension: "users",
      column_name: "username",
      empty_count: 1,
      row_count: 6,
    },
  },
  {
    check: "settings_are_durable",
    fault: "commits that do not wait for the disk",
    plant: "set local synchronous_commit = off",
    shows: {
      setting: "synchronous_commit",
      value: "off",
      applies_to: "this session",
    },
  },
  {
    check: "settings_are_durable",
    fault: "a database whose commits do not wait for the disk",
    plant:
      "do $$ begin execute format('alter database %I set synchronous_commit = off', current_database()); end $$",
    shows: { setting: "synchronous_commit", value: "off" },
  },
  {
    check: "tables_are_logged",
    fault: "an unlogged table",
    plant: "alter table revision_marks set unlogged",
    shows: { schema_name: "public", table_name: "revision_marks" },
  },
];
