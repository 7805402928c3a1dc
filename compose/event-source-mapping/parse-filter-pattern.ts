import { EventSourceMappingError, invalidParameter } from "./errors.ts";
import type {
  FilterPattern,
  FilterRule,
  ObjectPattern,
} from "./filter-pattern.ts";
import { NumberText, parseJsonKeepingNumbers } from "./number-text.ts";
import { readList, readObject } from "./parameter-readers.ts";
import { parseFilterRules } from "./parse-filter-rule.ts";

const LONGEST_PATTERN = 4096;

/**
 * Reads `FilterCriteria.Filters[].Pattern` (event-source-mapping.md, 14); throws `InvalidParameterValueException`
 * naming the place within the pattern.
 */
export function parseFilterPattern(place: string, text: string): FilterPattern {
  if (text.length > LONGEST_PATTERN) {
    throw new EventSourceMappingError(
      "InvalidParameterValueException",
      `${place}: found ${text.length} characters, expected at most ${LONGEST_PATTERN}.`,
    );
  }
  const { value } = readObject(place, readJson(place, text), ["value"]);
  if (value === undefined) return { kind: "none" };
  if (!Array.isArray(value)) {
    return {
      kind: "json",
      pattern: parseObjectPattern(`${place}.value`, value),
    };
  }
  const rules = parseFilterRules(`${place}.value`, value);
  rules.forEach((rule, index) => {
    if (!canMatchText(rule)) {
      throw invalidParameter(
        `${place}.value[${index}]`,
        value[index],
        "a condition on text, as this pattern is for values that are plain strings",
      );
    }
  });
  return { kind: "text", rules };
}

function readJson(place: string, text: string): unknown {
  try {
    return parseJsonKeepingNumbers(text);
  } catch {
    throw invalidParameter(place, text, "JSON");
  }
}

function canMatchText(rule: FilterRule): boolean {
  if (rule.kind === "equals") return typeof rule.leaf === "string";
  return rule.kind !== "numeric";
}

function parseObjectPattern(place: string, value: unknown): ObjectPattern {
  if (
    typeof value !== "object" ||
    value === null ||
    Array.isArray(value) ||
    value instanceof NumberText ||
    Object.keys(value).length === 0
  )
    throw invalidParameter(
      place,
      value,
      "an object with fields, or a list of conditions",
    );
  const fields: ObjectPattern["fields"][number][] = [];
  let alternatives: readonly ObjectPattern[] = [];
  for (const [name, inner] of Object.entries<unknown>({ ...value })) {
    const innerPlace = `${place}.${name}`;
    if (name === "$or") {
      alternatives = readList(innerPlace, inner, {
        minimum: 2,
        maximum: Number.MAX_SAFE_INTEGER,
      }).map((alternative, index) =>
        parseObjectPattern(`${innerPlace}[${index}]`, alternative),
      );
    } else {
      const pattern = Array.isArray(inner)
        ? parseFilterRules(innerPlace, inner)
        : parseObjectPattern(innerPlace, inner);
      fields.push({ name, pattern });
    }
  }
  return { fields, alternatives };
}
