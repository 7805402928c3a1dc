import { invalidParameter } from "./errors.ts";
import type { FilterRule, Leaf, NumericComparison } from "./filter-pattern.ts";
import { NumberText } from "./number-text.ts";
import { readBoolean, readList } from "./parameter-readers.ts";

const OPERATORS: Readonly<
  Record<string, (place: string, operand: unknown) => FilterRule>
> = {
  "anything-but": parseAnythingBut,
  "equals-ignore-case": (place, operand) => ({
    kind: "equals-ignore-case",
    text: readString(place, operand).toLowerCase(),
  }),
  prefix: (place, operand) => ({
    kind: "prefix",
    text: readString(place, operand),
  }),
  suffix: (place, operand) => ({
    kind: "suffix",
    text: readString(place, operand),
  }),
  numeric: parseNumeric,
  exists: (place, operand) => ({
    kind: "exists",
    isPresent: readBoolean(place, operand ?? null, true),
  }),
};

/** The list at a leaf of a pattern, which holds at least one rule. */
export function parseFilterRules(
  place: string,
  value: unknown,
): readonly FilterRule[] {
  return readList(place, value, {
    minimum: 1,
    maximum: Number.MAX_SAFE_INTEGER,
  }).map((rule, index) => parseFilterRule(`${place}[${index}]`, rule));
}

function parseFilterRule(place: string, value: unknown): FilterRule {
  if (isLeaf(value)) return { kind: "equals", leaf: value };
  const expected = `a string, a number, true, false, null or an object with one of ${Object.keys(OPERATORS).join(", ")}`;
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw invalidParameter(place, value, expected);
  const [entry, ...others] = Object.entries(value);
  const [name, operand]: [string, unknown] = entry ?? ["", undefined];
  const parse = Object.hasOwn(OPERATORS, name) ? OPERATORS[name] : undefined;
  if (parse === undefined || others.length > 0)
    throw invalidParameter(place, value, expected);
  return parse(`${place}.${name}`, operand);
}

function isLeaf(value: unknown): value is Leaf {
  return (
    value === null ||
    typeof value === "string" ||
    typeof value === "boolean" ||
    value instanceof NumberText
  );
}

function readString(place: string, value: unknown): string {
  if (typeof value !== "string")
    throw invalidParameter(place, value, "a string");
  return value;
}

function parseAnythingBut(place: string, operand: unknown): FilterRule {
  const expected = "a string, a number, or a list of these";
  const operands: unknown[] = Array.isArray(operand) ? operand : [operand];
  const leaves = operands.filter(
    (leaf): leaf is string | NumberText =>
      typeof leaf === "string" || leaf instanceof NumberText,
  );
  if (leaves.length === 0 || leaves.length < operands.length)
    throw invalidParameter(place, operand, expected);
  return { kind: "anything-but", leaves };
}

function parseNumeric(place: string, operand: unknown): FilterRule {
  const parts: unknown[] = Array.isArray(operand) ? operand : [];
  const comparisons: NumericComparison[] = [];
  for (let index = 0; index < parts.length; index += 2) {
    const comparison = parseComparison(parts[index], parts[index + 1]);
    if (comparison !== null) comparisons.push(comparison);
  }
  const isComplete =
    comparisons.length > 0 && comparisons.length * 2 === parts.length;
  if (!isComplete || !isRange(comparisons)) {
    throw invalidParameter(
      place,
      operand,
      'an operator of =, <, <=, >, >= and a number, or a range as [">", 0, "<=", 9]',
    );
  }
  return { kind: "numeric", comparisons };
}

function parseComparison(
  operator: unknown,
  operand: unknown,
): NumericComparison | null {
  if (!(operand instanceof NumberText)) return null;
  switch (operator) {
    case "=":
    case "<":
    case "<=":
    case ">":
    case ">=":
      return { operator, operand: Number(operand.text) };
    default:
      return null;
  }
}

// One comparison, or a lower bound and then an upper one that leave room between them.
function isRange(comparisons: readonly NumericComparison[]): boolean {
  const [lower, upper, ...others] = comparisons;
  if (lower === undefined || others.length > 0) return false;
  if (upper === undefined) return true;
  return (
    lower.operator.startsWith(">") &&
    upper.operator.startsWith("<") &&
    lower.operand < upper.operand
  );
}
