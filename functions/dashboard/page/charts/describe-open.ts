import type {
  Chart,
  ChartKind,
  DashboardAnswer,
} from "#shared/domain/dashboards/answer.ts";
import { pivotChart } from "./pivot.ts";

const COURSES: ReadonlySet<ChartKind> = new Set(["line", "bar", "stacked-bar"]);
const HOUR_SECONDS = 3600;

/**
 * Says how many windows (or hours) of an answer are not final; nothing where all are. Ranks and segments add up all of a
 * period, so that each of them is as open as its newest window: this is said once, and not at every bar.
 */
export function describeOpen({
  bucketSeconds,
  charts,
}: Pick<DashboardAnswer, "bucketSeconds" | "charts">): string {
  const course = charts.find(isCourse);
  if (course === undefined) return "";
  const { provisional } = pivotChart(course);
  const count = provisional.filter((isOpen) => isOpen).length;
  if (count === 0) return "";
  const areNewest = provisional.slice(-count).every((isOpen) => isOpen);
  const bucket = bucketSeconds === HOUR_SECONDS ? "hour" : "window";
  if (count === 1)
    return `${areNewest ? "The newest" : "1"} ${bucket} is still open; what includes it still grows.`;
  return `${areNewest ? "The newest " : ""}${count} ${bucket}s are still open; what includes them still grows.`;
}

function isCourse({ kind, columns }: Chart): boolean {
  return (
    COURSES.has(kind) &&
    columns.some(({ role, unit }) => role === "category" && unit === "time")
  );
}
