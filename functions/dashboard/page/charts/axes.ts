import type { Unit } from "#shared/domain/dashboards/answer.ts";
import { formatCategory, formatTick } from "../format/format-value.ts";
import { isSequence } from "./orientation.ts";
import type { Pivot } from "./pivot.ts";
import type { Theme } from "./theme.ts";

const FONT_SIZE = 11;
const SHARE_OF_LABELS = 120;

/** The axis of the categories; a time axis says that it is UTC. */
export function buildCategoryAxis(
  pivot: Pivot,
  theme: Theme,
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
        ? { width: SHARE_OF_LABELS, overflow: "truncate" as const }
        : {}),
    },
  };
}

/** The axis of the values: from 0, or lengths would say nothing. */
export function buildValueAxis(unit: Unit, areWhole: boolean, theme: Theme) {
  return {
    type: "value" as const,
    min: 0,
    splitNumber: 4,
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
