import Table from "cli-table3";

import { formatTime } from "#compose/retention/before-horizon.ts";
import type { Window } from "#shared/ports/window-store.ts";
import type { RebuildResult } from "./rebuild.ts";

/** Returns the result as text for people; open windows are named, so that nobody takes them for rebuilt. */
export function renderRebuild({
  isDryRun,
  tables,
  windowCount,
  differing,
  open,
  expired,
}: RebuildResult): string {
  const table = new Table({
    head: ["metric table", "checked", "differing", "added", "removed"],
    style: { head: [], border: [], compact: true },
  });
  table.push(
    ...tables.map(
      ({ table: name, checked, differing: count, added, removed }) => [
        name,
        checked,
        count,
        added,
        removed,
      ],
    ),
  );
  const outcome = isDryRun ? "differ; nothing was written" : "put right";
  return [
    table.toString(),
    ...differing.map((window) => `Differed: ${nameWindow(window)}`),
    ...[...Map.groupBy(expired, ({ kind }) => kind).values()].map(nameExpired),
    ...open.map((window) => `Skipped, still open: ${nameWindow(window)}`),
    `Closed windows: ${windowCount} compared with the facts, ${differing.length} ${outcome}. Open windows: ${open.length} skipped. Before the retention horizon: ${expired.length} skipped.`,
  ].join("\n");
}

/** Windows of one kind, in one line: those of a year are a hundred thousand. */
function nameExpired(windows: readonly Window[]): string {
  const [first] = windows;
  const last = windows.at(-1);
  if (first === undefined || last === undefined) return "";
  return `Skipped, before the retention horizon: ${nameWindow({ ...first, end: last.end })}, ${windows.length} in all; their rows stay`;
}

function nameWindow({ kind, start, end }: Window): string {
  return `${kind} ${formatTime(start.getTime())} to ${formatTime(end.getTime())}`;
}
