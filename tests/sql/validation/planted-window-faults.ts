import { addPartials } from "./consistent-database.ts";
import { at, type PlantedFault, shown } from "./planted-fault.ts";

const PARTIALS = [
  "user_engagement",
  "content_performance",
  "device",
  "location",
].map((metric) => `${metric}_partials_match_facts`);

/** Faults in what is kept of published windows for longer periods. */
const PERIOD_FAULTS: readonly PlantedFault[] = [
  {
    check: "location_listeners_match_facts",
    fault: "a user taken for another one, as many as before",
    plant: `update location_listeners set listeners = set_bit(set_bit(listeners,
        position(B'1' in listeners) - 1, 0), 2047, 1)
      where time_window = ${at("10:05")} and location_id = 3`,
    shows: {
      time_window: shown("10:05"),
      location_id: 3,
      chunk: 0,
      problem: "differs",
    },
  },
  {
    check: "location_listeners_match_facts",
    fault: "a window whose listeners nobody kept",
    plant: `delete from location_listeners where time_window = ${at("12:20")}`,
    shows: { time_window: shown("12:20"), problem: "missing", stored: null },
  },
  {
    check: "location_listeners_match_facts",
    fault: "users in a piece of their own that has none",
    plant: `insert into location_listeners select time_window, location_id, 1, listeners from location_listeners
      where time_window = ${at("10:05")} and location_id = 3`,
    shows: { chunk: 1, problem: "unexpected", expected: null },
  },
  {
    check: "hour_rollups_match_windows",
    fault: "an hour that was not added up anew after a revision",
    plant: `update content_performance_hours set skipped_count = skipped_count + 1 where song_id = 3`,
    shows: { time_window: shown("11:00"), sums: "contents" },
  },
  {
    check: "hour_rollups_match_windows",
    fault: "songs of an hour that are missing in its sums",
    plant: `delete from content_performance_hours where song_id = 2`,
    shows: { time_window: shown("11:00"), sums: "contents" },
  },
  {
    check: "hour_rollups_match_windows",
    fault: "a listener of an hour who is in none of its windows",
    plant: `update location_listener_hours set listeners = set_bit(listeners, 2000, 1) where location_id = 3`,
    shows: {
      time_window: shown("11:00"),
      sums: "listeners",
      differing_count: 1,
    },
  },
  {
    check: "hour_rollups_match_windows",
    fault: "a published window of an hour that nobody knows of",
    plant: `delete from hour_rollups where time_window = ${at("12:00")}`,
    shows: { time_window: shown("12:00"), sums: "none" },
  },
  {
    check: "segment_sums_match_windows",
    fault: "a window that was not added up by segment after a revision",
    plant: `update user_engagement_segments set liked_count = liked_count + 1
      where ctid = (select min(ctid) from user_engagement_segments where time_window = ${at("10:05")})`,
    shows: {
      time_window: shown("10:05"),
      problem: "differs",
      segment_count: 1,
    },
  },
  {
    check: "segment_sums_match_windows",
    fault: "a user who moved to another segment, which nobody noted",
    plant: `update users set age = 99 where user_id = 3; delete from user_segment_changes`,
    shows: { problem: "differs", segment_count: 2 },
  },
  {
    check: "segment_sums_match_windows",
    fault: "a window that is never asked who has moved since",
    plant: `delete from user_engagement_segment_versions where time_window = ${at("10:05")}`,
    shows: { time_window: shown("10:05"), problem: "no version" },
  },
];

/** Faults in the life of a window: open, closed, published, revised. */
export const WINDOW_FAULTS: readonly PlantedFault[] = [
  ...PERIOD_FAULTS,
  {
    check: "closed_windows_are_published",
    fault: "a closed window that nobody will publish",
    plant: `delete from window_publications where window_start = ${at("12:10")};
      delete from user_engagement_metrics where time_window = ${at("12:10")};
      delete from content_performance_metrics where time_window = ${at("12:10")};
      delete from device_metrics where time_window = ${at("12:10")};
      delete from location_metrics where time_window = ${at("12:10")}`,
    alsoFails: [
      ...PARTIALS,
      "segment_sums_match_windows",
      "window_partials_match_facts",
    ],
    shows: {
      window_kind: "minutes",
      window_start: shown("12:10"),
      play_count: 10,
    },
  },
  {
    check: "closed_windows_stay_closed",
    fault: "a row revised without a record of it",
    plant: `update device_metrics set revision = 1 where time_window = ${at("10:05")} and device_id = 2`,
    alsoFails: ["revisions_are_recorded"],
    shows: {
      metric_table: "device_metrics",
      time_window: shown("10:05"),
      row_revision: 1,
      recorded_revision: 0,
    },
  },
  {
    check: "closed_windows_stay_closed",
    fault: "a row rewritten after its publication",
    plant: `update hourly_metrics set updated_at = now() + interval '1 second' where time_window = ${at("11:00")}`,
    shows: { metric_table: "hourly_metrics", time_window: shown("11:00") },
  },
  {
    check: "frontiers_are_consistent",
    fault: "a frontier between two borders",
    plant: `update window_frontiers set closed_until = ${at("12:00:01")} where window_kind = 'hourly'`,
    shows: { window_kind: "hourly", problem: "is no multiple of 01:00:00" },
  },
  {
    check: "frontiers_are_consistent",
    fault: "a frontier beyond every play",
    plant: `update window_frontiers set closed_until = ${at("14:00")} where window_kind = 'hourly'`,
    shows: { window_kind: "hourly", closed_until: shown("14:00") },
  },
  {
    check: "frontiers_are_consistent",
    fault: "an infinite frontier",
    plant:
      "update window_frontiers set closed_until = 'infinity' where window_kind = 'hourly'",
    shows: { window_kind: "hourly", problem: "is infinite" },
  },
  {
    check: "frontiers_are_consistent",
    fault: "a missing frontier, which would hide every fault of its windows",
    plant: `delete from window_publications where window_kind = 'hourly';
      delete from window_frontiers where window_kind = 'hourly';
      delete from hourly_metrics; delete from hourly_partials; delete from window_partials where window_kind = 'hourly'`,
    shows: { window_kind: "hourly", problem: "is missing" },
  },
  {
    check: "pending_windows_are_recent",
    fault: "a revision mark that nobody takes",
    plant: `insert into revision_marks (window_kind, window_start, late_count, marked_at)
      values ('minutes', ${at("10:05")}, 1, now() - interval '6 minutes')`,
    shows: {
      window_start: shown("10:05"),
      problem: "has waited for its revision",
    },
  },
  {
    check: "pending_windows_are_recent",
    fault: "an unpublished window behind one that was published long ago",
    plant: async (client) => {
      await client.query(`delete from window_publications where window_start = ${at("12:10")};
        delete from user_engagement_metrics where time_window = ${at("12:10")};
        delete from content_performance_metrics where time_window = ${at("12:10")};
        delete from device_metrics where time_window = ${at("12:10")};
        delete from location_metrics where time_window = ${at("12:10")};
        update window_publications set published_at = now() - interval '6 minutes' where window_start = ${at("12:15")}`);
      await addPartials(
        client,
        "minutes",
        "2026-03-01 12:10:00+00",
        "2026-03-01 12:15:00+00",
      );
    },
    shows: {
      window_start: shown("12:10"),
      problem: "is unpublished, a later window is published",
    },
  },
  {
    check: "pending_windows_are_recent",
    fault: "an unpublished window though its frontier moved long ago",
    plant: `update window_frontiers set closed_until = ${at("12:35")}, moved_at = now() - interval '6 minutes'
      where window_kind = 'minutes'`,
    shows: {
      window_start: shown("12:30"),
      problem: "is unpublished since its frontier moved",
    },
  },
  {
    check: "pending_windows_are_recent",
    fault: "a closer that has published nothing for long",
    plant: `update window_frontiers set closed_until = ${at("12:40")} where window_kind = 'minutes';
      update window_publications set published_at = now() - interval '6 minutes'`,
    shows: {
      window_start: shown("12:30"),
      problem: "is unpublished like later windows, nothing was published",
    },
  },
  {
    check: "publications_are_recorded",
    fault: "metric rows of a window that is not recorded as published",
    plant: `delete from window_publications where window_kind = 'hourly' and window_start = ${at("11:00")}`,
    alsoFails: [
      "closed_windows_are_published",
      "hourly_partials_match_facts",
      "window_partials_match_facts",
    ],
    shows: {
      time_window: shown("11:00"),
      problem: "rows in hourly_metrics, but not recorded as published",
    },
  },
  {
    check: "publications_are_recorded",
    fault: "a frontier that has gone back",
    plant: `update window_frontiers set closed_until = ${at("12:25")} where window_kind = 'minutes'`,
    shows: { window_kind: "minutes", time_window: shown("12:25") },
  },
  {
    check: "publications_are_recorded",
    fault: "a window that starts between two borders",
    plant: `insert into window_publications (window_kind, window_start) values ('minutes', ${at("10:00:01")})`,
    shows: { problem: "does not start at a multiple of 00:05:00" },
  },
  {
    check: "published_windows_have_no_partials",
    fault: "partial aggregates that were left over",
    plant: `insert into device_partials (time_window, device_id, stream_count, total_listen_time, completed_count)
      values (${at("10:05")}, 1, 1, 1, 1)`,
    shows: {
      partial_table: "device_partials",
      window_start: shown("10:05"),
      partial_count: 1,
    },
  },
];
