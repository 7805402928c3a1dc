import type { Theme } from "./theme.ts";

/** What all charts are drawn with, until the reader's preferences change. */
export interface PageContext {
  readonly theme: Theme;
  /** Whether changes are shown as movements. */
  readonly animates: boolean;
}

/** What one chart is drawn with. */
export interface DrawingContext extends PageContext {
  /** Of the plot, in CSS pixels. */
  readonly width: number;
}

/** The first drawing is there at once; only what changes then moves, where people have not asked for less of that. */
export function buildAnimation(animates: boolean) {
  return {
    animation: animates,
    animationDuration: 0,
    animationDurationUpdate: 300,
  };
}
