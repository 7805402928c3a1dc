import Table from "cli-table3";

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
    ...expired.map(
      (window) =>
        `Skipped, before the retention horizon: ${nameWindow(window)}`,
    ),
    ...open.map((window) => `Skipped, still open: ${nameWindow(window)}`),
    `Closed windows: ${windowCount} compared with the facts, ${differing.length} ${outcome}. Open windows: ${open.length} skipped.`,
  ].join("\n");
}

function nameWindow({ kind, start, end }: Window): string {
  return `${kind} ${formatTime(start)} to ${formatTime(end)}`;
}

function formatTime(time: Date): string {
  return time.toISOString().replace(".000Z", "Z");
}
