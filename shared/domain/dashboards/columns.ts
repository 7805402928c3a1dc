import type { Column, Unit } from "./answer.ts";

/** What the rows are about. */
export const category = (
  name: string,
  label: string,
  unit: Unit = "text",
): Column => ({ name, label, unit, role: "category" });

/** What tells the lines or bars of one chart apart. */
export const series = (name: string, label: string): Column => ({
  name,
  label,
  unit: "text",
  role: "series",
});

/** What is shown. */
export const value = (name: string, label: string, unit: Unit): Column => ({
  name,
  label,
  unit,
  role: "value",
});

/** Start of a bucket. */
export const BUCKET: Column = category("time", "Time (UTC)", "time");

/** Plays. */
export const STREAMS: Column = value("streams", "Streams", "count");
