import { TextDecoder } from "node:util";
import type { FilterPattern } from "./filter-pattern.ts";
import { matchFilterRules } from "./match-filter-rules.ts";
import { matchObjectPattern } from "./match-object-pattern.ts";
import { parseJsonKeepingNumbers } from "./number-text.ts";
import { parseFilterPattern } from "./parse-filter-pattern.ts";

/** Whether a record with this value goes to the function; `null` is a tombstone. */
export type RecordFilter = (value: Buffer | null) => boolean;

/** A value as a filter sees it (15): an object or a list in JSON, or else plain text. */
type DecodedValue =
  | { readonly kind: "json"; readonly value: object }
  | { readonly kind: "text"; readonly text: string };

/**
 * A filter that a value passes when it matches one of the patterns, or when a pattern cannot be applied to it
 * (event-source-mapping.md, 14 and 15); `null` without patterns. Throws `InvalidParameterValueException`.
 */
export function createRecordFilter(
  patterns: readonly string[],
): RecordFilter | null {
  if (patterns.length === 0) return null;
  const filters = patterns.map((pattern, index) =>
    parseFilterPattern(`FilterCriteria.Filters[${index}].Pattern`, pattern),
  );
  const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });
  return (bytes) => {
    const value = bytes === null ? null : decode(decoder, bytes);
    return value === null || filters.some((filter) => matches(filter, value));
  };
}

// A condition for the other kind of value is not applied, so that the record passes.
function matches(filter: FilterPattern, value: DecodedValue): boolean {
  if (filter.kind === "json" && value.kind === "json")
    return matchObjectPattern(filter.pattern, value.value);
  if (filter.kind === "text" && value.kind === "text")
    return matchFilterRules(filter.rules, [value.text]);
  return true;
}

/** `null` for bytes that are not UTF-8. */
function decode(decoder: TextDecoder, bytes: Buffer): DecodedValue | null {
  let text: string;
  try {
    text = decoder.decode(bytes);
  } catch {
    return null;
  }
  // Nothing else can begin an object or a list, and a JSON string or number by itself is plain text.
  if (!/^\s*[[{]/.test(text)) return { kind: "text", text };
  try {
    const value = parseJsonKeepingNumbers(text);
    if (typeof value === "object" && value !== null)
      return { kind: "json", value };
  } catch {
    return { kind: "text", text };
  }
  return { kind: "text", text };
}
