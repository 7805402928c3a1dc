import { createRecordFilter } from "./create-record-filter.ts";
import {
  readList,
  readObject,
  readOptionalObject,
  readText,
} from "./parameter-readers.ts";

/** The checked patterns of `FilterCriteria` (event-source-mapping.md, 14), as they are written; none where it is absent. */
export function parseFilterCriteria(
  value: unknown,
  maximumFilters: number,
): readonly string[] {
  const given = readOptionalObject("FilterCriteria", value, ["Filters"]);
  if (given?.["Filters"] === undefined) return [];
  const name = "FilterCriteria.Filters";
  const patterns = readList(name, given["Filters"], {
    minimum: 0,
    maximum: maximumFilters,
  }).map((filter, index) => {
    const { Pattern } = readObject(`${name}[${index}]`, filter, ["Pattern"]);
    return readText(`${name}[${index}].Pattern`, Pattern, /./s, "JSON");
  });
  // Thrown away: it is for the faults in the patterns.
  createRecordFilter(patterns);
  return patterns;
}
