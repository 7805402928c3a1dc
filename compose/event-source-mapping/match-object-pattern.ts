import type { Leaf, ObjectPattern } from "./filter-pattern.ts";
import { matchFilterRules } from "./match-filter-rules.ts";
import { NumberText } from "./number-text.ts";

/** Whether a JSON value, or one element of it where it is a list, has all that the pattern asks for (14). */
export function matchObjectPattern(
  pattern: ObjectPattern,
  value: unknown,
): boolean {
  if (Array.isArray(value))
    return value.some((element) => matchObjectPattern(pattern, element));
  const { fields, alternatives } = pattern;
  return (
    fields.every((field) => {
      const inner = readField(value, field.name);
      return isRules(field.pattern)
        ? matchFilterRules(field.pattern, findLeaves(inner))
        : matchObjectPattern(field.pattern, inner);
    }) &&
    (alternatives.length === 0 ||
      alternatives.some((alternative) =>
        matchObjectPattern(alternative, value),
      ))
  );
}

const isRules = (
  pattern: ObjectPattern["fields"][number]["pattern"],
): pattern is Exclude<typeof pattern, ObjectPattern> => Array.isArray(pattern);

// What is no object has no fields: `exists: false` further in holds there.
function readField(value: unknown, name: string): unknown {
  return typeof value === "object" &&
    value !== null &&
    !(value instanceof NumberText) &&
    Object.hasOwn(value, name)
    ? Reflect.get(value, name)
    : undefined;
}

/** Of a field that is an object: none, as only leaves exist for a filter; of a list: those of its elements. */
function findLeaves(value: unknown): readonly Leaf[] {
  if (Array.isArray(value)) return value.flatMap(findLeaves);
  if (
    value === null ||
    typeof value === "string" ||
    typeof value === "boolean" ||
    value instanceof NumberText
  )
    return [value];
  return [];
}
