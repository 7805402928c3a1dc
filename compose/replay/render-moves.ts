import Table from "cli-table3";

import type { PartitionMove } from "./plan-replay.ts";

/** Returns the old and the new position of each partition as a table. */
export function renderMoves(moves: readonly PartitionMove[]): string {
  const table = new Table({
    head: ["partition", "old position", "new position", "read again"],
    style: { head: [], border: [], compact: true },
  });
  table.push(
    ...moves.map(({ partition, from, to }) => [
      partition,
      from ?? "none",
      to ?? "none",
      from === null || to === null ? 0 : from - to,
    ]),
  );
  return table.toString();
}
