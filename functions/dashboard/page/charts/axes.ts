import type { Unit } from "#shared/domain/dashboards/answer.ts";
import { formatCategory, formatTick } from "../format/format-value.ts";
import type { DrawingContext } from "./drawing-context.ts";
import { isSequence } from "./orientation.ts";
import type { Pivot } from "./pivot.ts";

const FONT_SIZE = 11;
// Below this, numbers side by side do not fit.
const NARROW_PX = 400;
// Of a lying chart's width: names of songs are long, and bars want to be compared.
const SHARE_OF_NAMES = 0.36;

/** The axis of the categories. */
export function buildCategoryAxis(
  pivot: Pivot,
  { theme, width }: DrawingContext,
  isVertical: boolean,
) {
  const { category, categories } = pivot;
  return {
    type: "category" as const,
    data: categories.map((cell) => formatCategory(cell, category)),
    // The first row of a table is the uppermost bar.
    inverse: isVertical,
    axisTick: { show: false },
    axisLine: { lineStyle: { color: theme.line } },
    axisLabel: {
      color: theme.muted,
      fontFamily: theme.font,
      fontSize: FONT_SIZE,
      // Of times some may be left out, of names none.
      interval: isSequence(pivot) ? ("auto" as const) : 0,
      hideOverlap: isSequence(pivot),
      ...(isVertical
        ? { width: width * SHARE_OF_NAMES, overflow: "truncate" as const }
        : {}),
    },
  };
}

/** The axis of the values: from 0, or lengths would say nothing. */
export function buildValueAxis(
  unit: Unit,
  areWhole: boolean,
  { theme, width }: DrawingContext,
  liesDown: boolean,
) {
  return {
    type: "value" as const,
    min: 0,
    splitNumber: liesDown && width < NARROW_PX ? 2 : 4,
    minInterval: areWhole ? 1 : 0,
    splitLine: { lineStyle: { color: theme.line } },
    axisLabel: {
      color: theme.muted,
      fontFamily: theme.font,
      fontSize: FONT_SIZE,
      hideOverlap: true,
      formatter: (value: number) => formatTick(value, unit),
    },
  };
}
