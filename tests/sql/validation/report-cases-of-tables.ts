import type { ReportCase } from "./report-case.ts";

/** Reports on tables as such and on the ledger. */
export const REPORT_CASES_OF_TABLES: readonly ReportCase[] = [
  {
    report: "row_counts",
    title: "counts every table, also one that is new",
    plays: [{ at: "2026-03-01T10:00:00Z" }, { at: "2026-03-01T10:00:00Z" }],
    given: "create table brand_new as select from generate_series(1, 3)",
    isComplete: false,
    rows: [
      { table_name: "brand_new", row_count: 3 },
      { table_name: "hourly_metrics", row_count: 0 },
      { table_name: "stream_events", row_count: 2 },
      { table_name: "users", row_count: 4 },
    ],
  },
  {
    report: "null_rates",
    title: "counts empty fields, rows that are deleted left out",
    plays: [],
    given: `insert into users (user_id, version_at, version_partition, version_offset, deleted_at)
      values (9, now(), 0, 9, now());
      delete from albums; delete from artists; delete from songs; delete from locations; delete from devices;
      insert into devices (device_id, device_type, os, version_at, version_partition, version_offset)
      select id, 'phone', case when id > 1 then 'iOS' end, now(), 0, id from generate_series(1, 8) as id`,
    rows: [
      {
        dimension: "devices",
        column_name: "app_version",
        empty_count: 8,
        row_count: 8,
        empty_percent: 100,
      },
      {
        dimension: "devices",
        column_name: "browser",
        empty_count: 8,
        row_count: 8,
        empty_percent: 100,
      },
      {
        dimension: "devices",
        column_name: "device_id",
        empty_count: 0,
        row_count: 8,
        empty_percent: 0,
      },
      {
        dimension: "devices",
        column_name: "device_type",
        empty_count: 0,
        row_count: 8,
        empty_percent: 0,
      },
      {
        dimension: "devices",
        column_name: "os",
        empty_count: 1,
        row_count: 8,
        empty_percent: 12.5,
      },
      {
        dimension: "users",
        column_name: "age",
        empty_count: 1,
        row_count: 4,
        empty_percent: 25,
      },
      {
        dimension: "users",
        column_name: "country",
        empty_count: 4,
        row_count: 4,
        empty_percent: 100,
      },
      {
        dimension: "users",
        column_name: "gender",
        empty_count: 4,
        row_count: 4,
        empty_percent: 100,
      },
      {
        dimension: "users",
        column_name: "registration_date",
        empty_count: 4,
        row_count: 4,
        empty_percent: 100,
      },
      {
        dimension: "users",
        column_name: "subscription_type",
        empty_count: 1,
        row_count: 4,
        empty_percent: 25,
      },
      {
        dimension: "users",
        column_name: "user_id",
        empty_count: 0,
        row_count: 4,
        empty_percent: 0,
      },
      {
        dimension: "users",
        column_name: "username",
        empty_count: 0,
        row_count: 4,
        empty_percent: 0,
      },
    ],
  },
  {
    report: "records_by_outcome",
    title: "adds up partitions, rejections by reason",
    plays: [],
    given: `delete from partition_ledger;
      insert into partition_ledger (
        topic, partition, accepted_count, late_count, duplicate_count, redelivered_count, rejected_counts
      )
      values ('plays', 0, 10, 2, 1, 4, '{"malformed_json": 1}'),
        ('plays', 1, 5, 0, 0, 0, '{"malformed_json": 2, "invalid_schema": 1}'),
        ('quiet', 0, 0, 0, 0, 0, '{}')`,
    rows: [
      { topic: "plays", outcome: "accepted", record_count: 15 },
      { topic: "plays", outcome: "... of these late", record_count: 2 },
      { topic: "plays", outcome: "duplicate", record_count: 1 },
      { topic: "plays", outcome: "rejected: invalid_schema", record_count: 1 },
      { topic: "plays", outcome: "rejected: malformed_json", record_count: 3 },
      { topic: "plays", outcome: "redelivered", record_count: 4 },
      { topic: "quiet", outcome: "accepted", record_count: 0 },
    ],
  },
];
