import { expect, test } from "vitest";

import { readRelations } from "#compose/superset/assets/read-relations.ts";
import { SCHEMA } from "../load-files.ts";

const columnsOf = (name: string) => [
  ...(readRelations(SCHEMA).get(name) ?? []),
];

test("a table has its columns, and none of its constraints and grants", () => {
  expect(columnsOf("device_metrics")).toEqual([
    "time_window",
    "device_id",
    "stream_count",
    "avg_listen_time",
    "completion_rate",
    "revision",
    "updated_at",
  ]);
});

test("a view has its columns, and nothing of its query", () => {
  expect(columnsOf("location_listeners_live")).toEqual([
    "time_window",
    "location_id",
    "chunk",
    "listeners",
  ]);
});

test("a column whose name is quoted has its name", () => {
  expect(columnsOf("stream_events")).toContain("timestamp");
});
