import type { Chart } from "#shared/domain/dashboards/answer.ts";
import { formatCategory } from "../format/format-value.ts";
import type { Pivot } from "./pivot.ts";
import { areSequential } from "./sequence.ts";

// Of the narrowest plot, on a phone: the orientation must not change with the width of the window.
const NARROWEST_PLOT_PX = 260;
const CHARACTER_PX = 6.6;
const GAP_PX = 10;

/** Whether the categories follow on one another like times or numbers, so that a label may be left out. */
export function isSequence({ category, categories }: Pivot): boolean {
  return category.unit === "time" || areSequential(categories);
}

/** Whether bars lie: where it is asked for, and where names would not fit below bars that stand. */
export function isHorizontal({ kind }: Chart, pivot: Pivot): boolean {
  if (kind === "horizontal-bar") return true;
  if (kind !== "bar" || isSequence(pivot)) return false;
  const longest = Math.max(
    ...pivot.categories.map(
      (cell) => formatCategory(cell, pivot.category).length,
    ),
  );
  return (
    pivot.categories.length * (longest * CHARACTER_PX + GAP_PX) >
    NARROWEST_PLOT_PX
  );
}
