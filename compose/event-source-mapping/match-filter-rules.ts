import type { FilterRule, Leaf, NumericComparison } from "./filter-pattern.ts";
import { NumberText } from "./number-text.ts";

const TEXT_COMPARISONS = {
  "equals-ignore-case": (leaf: string, text: string) =>
    leaf.toLowerCase() === text,
  prefix: (leaf: string, text: string) => leaf.startsWith(text),
  suffix: (leaf: string, text: string) => leaf.endsWith(text),
};

const NUMERIC_COMPARISONS: Readonly<
  Record<
    NumericComparison["operator"],
    (value: number, operand: number) => boolean
  >
> = {
  "=": (value, operand) => value === operand,
  "<": (value, operand) => value < operand,
  "<=": (value, operand) => value <= operand,
  ">": (value, operand) => value > operand,
  ">=": (value, operand) => value >= operand,
};

/** Whether one of the leaves that a field holds (none where it is absent) satisfies one of the rules. */
export function matchFilterRules(
  rules: readonly FilterRule[],
  leaves: readonly Leaf[],
): boolean {
  return rules.some((rule) =>
    rule.kind === "exists"
      ? rule.isPresent === leaves.length > 0
      : leaves.some((leaf) => matchLeaf(rule, leaf)),
  );
}

function matchLeaf(
  rule: Exclude<FilterRule, { kind: "exists" }>,
  leaf: Leaf,
): boolean {
  switch (rule.kind) {
    case "equals":
      return areEqual(rule.leaf, leaf);
    case "anything-but":
      return !rule.leaves.some((refused) => areEqual(refused, leaf));
    case "numeric":
      return leaf instanceof NumberText && isWithin(rule.comparisons, leaf);
    default:
      return (
        typeof leaf === "string" && TEXT_COMPARISONS[rule.kind](leaf, rule.text)
      );
  }
}

function areEqual(a: Leaf, b: Leaf): boolean {
  return a instanceof NumberText && b instanceof NumberText
    ? a.text === b.text
    : a === b;
}

const isWithin = (
  comparisons: readonly NumericComparison[],
  { text }: NumberText,
): boolean =>
  comparisons.every(({ operator, operand }) =>
    NUMERIC_COMPARISONS[operator](Number(text), operand),
  );
