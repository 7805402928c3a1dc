import { readHorizonMs } from "#shared/adapters/postgres/retention-horizon.ts";
import { sumSegments } from "#shared/adapters/postgres/segment-sums.ts";
import type { Transaction } from "#shared/adapters/postgres/session.ts";
import {
  loadPerKind,
  METRICS,
} from "#shared/adapters/postgres/window-metrics.ts";
import type { Window } from "#shared/ports/window-store.ts";
import { loadStatement } from "#shared/sql.ts";

const lockFrontiersShared = loadStatement(
  "queries/aggregate-micro-batch/lock_frontiers_shared",
);
const lockWindow = loadStatement("queries/close-windows/lock_window");
const takeMarks = loadStatement("queries/close-windows/take_revision_marks");
const discardWindow = loadStatement(
  "queries/close-windows/discard_window_partials",
);
const recordPublication = loadStatement(
  "queries/close-windows/record_publication",
);
const discard = loadPerKind("close-windows/discard");
const recompute = loadPerKind("close-windows/recompute");
const countRows = loadStatement("queries/rebuild/count_rows");
const outdateHour = loadStatement("queries/rebuild/outdate_hour");
const removeUnfounded = loadPerKind("rebuild/remove_unfounded");

/** What a rebuild found in a metric table. */
export interface RowCounts {
  /** Rows that are there now, and those that were removed. */
  readonly checked: number;
  /** Rows that were rewritten, as their values were not those of the facts. */
  readonly differing: number;
  /** Rows that were missing. */
  readonly added: number;
  /** Rows that no fact stood behind. */
  readonly removed: number;
}

/**
 * Brings the metric rows of a closed window in line with the facts, as a revision does: under the window's lock, marks
 * first, then the facts. A window in which nothing is wrong is left as it is, but for what is added up from it, which is made anew.
 *
 * @returns counts per metric table; null where retention has given up facts of the window, whose rows stay as they are
 */
export async function rebuildWindow(
  transaction: Transaction,
  { kind, start, end }: Window,
): Promise<ReadonlyMap<string, RowCounts> | null> {
  // No horizon moves, and hence no fact goes, before this has ended.
  await transaction.query(lockFrontiersShared);
  if (start.getTime() < (await readHorizonMs(transaction, "facts")))
    return null;
  await transaction.query(lockWindow, [kind, start]);
  const [found] = await transaction.query<{
    mark_count: number;
    is_published: boolean;
    is_staged: boolean;
  }>(takeMarks, [kind, start]);
  const before = await readRowCounts(transaction, start);
  const removed = new Map<string, number>();
  for (const [at, metric] of METRICS[kind].entries()) {
    const remove = removeUnfounded[kind][at];
    if (remove === undefined) continue;
    const rows = await transaction.query(remove, [start, end]);
    removed.set(metric, rows.length);
  }
  for (const statement of discard[kind])
    await transaction.query(statement, [start]);
  for (const statement of recompute[kind])
    await transaction.query(statement, [start, end]);
  await transaction.query(discardWindow, [kind, start]);
  if (kind === "minutes") {
    await sumSegments(transaction, start);
    await transaction.query(outdateHour, [start]);
  }

  const after = await readRowCounts(transaction, start);
  const counts = new Map(
    METRICS[kind].map((metric) => [
      metric,
      compareCounts(
        before.get(metric),
        after.get(metric),
        removed.get(metric) ?? 0,
      ),
    ]),
  );
  const isStored = [...counts.values()].some(
    ({ checked, removed: gone }) => checked > gone,
  );
  const isRevised =
    [...counts.values()].some(hasDifference) ||
    found?.is_staged === true ||
    (found?.mark_count ?? 0) > 0;
  if (isRevised || (found?.is_published === false && isStored))
    await transaction.query(recordPublication, [kind, start]);
  return counts;
}

/** Whether a rebuild had, or would have, anything to put right. */
export function hasDifference({
  differing,
  added,
  removed,
}: RowCounts): boolean {
  return differing + added + removed > 0;
}

interface CountRow {
  readonly metric: string;
  readonly row_count: number;
  readonly written_count: number;
}

async function readRowCounts(
  transaction: Transaction,
  start: Date,
): Promise<ReadonlyMap<string, CountRow>> {
  const rows = await transaction.query<CountRow & Record<string, unknown>>(
    countRows,
    [start],
  );
  return new Map(rows.map((row) => [row.metric, row]));
}

function compareCounts(
  before: CountRow | undefined,
  after: CountRow | undefined,
  removed: number,
): RowCounts {
  const kept = (before?.row_count ?? 0) - removed;
  const rowCount = after?.row_count ?? 0;
  const added = rowCount - kept;
  return {
    checked: rowCount + removed,
    differing: (after?.written_count ?? 0) - added,
    added,
    removed,
  };
}
