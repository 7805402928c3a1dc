import type { NumberText } from "./number-text.ts";

/** What a filter can compare: a value without fields or elements of its own. */
export type Leaf = string | boolean | null | NumberText;

export interface NumericComparison {
  readonly operator: "=" | "<" | "<=" | ">" | ">=";
  readonly operand: number;
}

/** One element of a pattern's list, of which a leaf must satisfy one (14). */
export type FilterRule =
  | { readonly kind: "equals"; readonly leaf: Leaf }
  | { readonly kind: "anything-but"; readonly leaves: readonly Leaf[] }
  /** In lower case. */
  | { readonly kind: "equals-ignore-case"; readonly text: string }
  | { readonly kind: "prefix" | "suffix"; readonly text: string }
  | {
      readonly kind: "numeric";
      readonly comparisons: readonly NumericComparison[];
    }
  | { readonly kind: "exists"; readonly isPresent: boolean };

/** All of `fields` and one of `alternatives`, unless there are none. */
export interface ObjectPattern {
  readonly fields: readonly {
    readonly name: string;
    readonly pattern: ObjectPattern | readonly FilterRule[];
  }[];
  readonly alternatives: readonly ObjectPattern[];
}

/** A checked filter: for JSON values, for plain strings, or without any condition on the value. */
export type FilterPattern =
  | { readonly kind: "json"; readonly pattern: ObjectPattern }
  | { readonly kind: "text"; readonly rules: readonly FilterRule[] }
  | { readonly kind: "none" };
