import type { Theme } from "./theme.ts";

export interface DrawingContext {
  readonly theme: Theme;
  /** Whether changes are shown as movements. */
  readonly animates: boolean;
}

/** The first drawing is there at once; only what changes then moves, where people have not asked for less of that. */
export function buildAnimation(animates: boolean) {
  return {
    animation: animates,
    animationDuration: 0,
    animationDurationUpdate: 300,
  };
}
