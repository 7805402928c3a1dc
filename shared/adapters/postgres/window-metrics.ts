import type { WindowKind } from "#shared/ports/window-store.ts";
import { loadStatement, type Statement } from "#shared/sql.ts";

/** Which metric tables a window of each kind feeds, without the ending `_metrics`. */
export const METRICS: Readonly<Record<WindowKind, readonly string[]>> = {
  minutes: ["user_engagement", "content_performance", "device", "location"],
  hourly: ["hourly"],
};

/** Reads `sql/queries/<path>_<metric>.sql` for every metric table of each kind of window. */
export function loadPerKind(
  path: string,
): Readonly<Record<WindowKind, readonly Statement[]>> {
  const load = (metric: string) => loadStatement(`queries/${path}_${metric}`);
  return {
    minutes: METRICS.minutes.map(load),
    hourly: METRICS.hourly.map(load),
  };
}
