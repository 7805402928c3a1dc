import {
  beforeHorizon,
  formatTime,
} from "#compose/retention/before-horizon.ts";
import { transact } from "#shared/adapters/postgres/dry-run.ts";
import { readHorizonMs } from "#shared/adapters/postgres/retention-horizon.ts";
import { createSession } from "#shared/adapters/postgres/session.ts";
import type { Window, WindowKind } from "#shared/ports/window-store.ts";
import { METRICS } from "#shared/adapters/postgres/window-metrics.ts";
import { loadStatement } from "#shared/sql.ts";
import {
  hasDifference,
  rebuildWindow,
  type RowCounts,
} from "./rebuild-window.ts";

const listWindows = loadStatement("queries/rebuild/list_windows");

// One window of many million facts; nobody waits for it but its own closer, and what adds up its hour tries again later.
const TRANSACTION_TIMEOUT_MS = 10 * 60_000;

export interface RebuildOptions {
  /** Of the owner: no other role may delete metric rows. */
  readonly databaseUrl: string;
  /** Windows that overlap `[from, to)` are rebuilt; RFC 3339. */
  readonly from: string;
  readonly to: string;
  /** Reports what differs and writes nothing. */
  readonly isDryRun?: boolean;
  readonly onProgress?: (done: number, total: number) => void;
  /** Breaks off between two windows. */
  readonly signal?: AbortSignal;
}

/** What a rebuild found, and unless it was a dry run has put right. */
export interface RebuildResult {
  readonly isDryRun: boolean;
  /** Per metric table, in a fixed order. */
  readonly tables: readonly ({ readonly table: string } & RowCounts)[];
  /** Closed windows that were compared with the facts. */
  readonly windowCount: number;
  /** Those in which something differed. */
  readonly differing: readonly Window[];
  /** Left alone: their plays are still coming in. */
  readonly open: readonly Window[];
  /** Left alone: facts of theirs have been given up, and their rows cannot be computed again. */
  readonly expired: readonly Window[];
}

/**
 * Recomputes the metric tables from the facts, one transaction per closed window under its lock, so that readers see
 * a window as it was or as it should be. Throws `before_retention_horizon` (user) where all of them lie before that, what
 * the session throws, and the signal's reason.
 */
export async function rebuild({
  databaseUrl,
  from,
  to,
  isDryRun = false,
  onProgress,
  signal,
}: RebuildOptions): Promise<RebuildResult> {
  const session = createSession({
    databaseUrl,
    applicationName: "rebuild",
    transactionTimeoutMs: TRANSACTION_TIMEOUT_MS,
  });
  try {
    const { rows, horizonMs } = await session.transaction(
      async (transaction) => ({
        rows: await transaction.query<WindowRow & Record<string, unknown>>(
          listWindows,
          [from, to],
        ),
        horizonMs: await readHorizonMs(transaction, "facts"),
      }),
    );
    if (Date.parse(to) <= horizonMs) {
      throw beforeHorizon(
        horizonMs,
        `No window up to ${formatTime(Date.parse(to))} can be rebuilt`,
        "The metric rows there stay as they are. Give a later --to.",
      );
    }
    const closed = rows.filter((row) => row.is_closed).map(toWindow);
    const totals = new Map<string, RowCounts>();
    const differing: Window[] = [];
    // The horizon may pass others meanwhile; none comes back.
    const expired = closed.filter(({ start }) => start.getTime() < horizonMs);
    const kept = closed.filter(({ start }) => start.getTime() >= horizonMs);
    onProgress?.(0, kept.length);
    for (const [index, window] of kept.entries()) {
      signal?.throwIfAborted();
      const counts = await transact(session, { isDryRun }, (transaction) =>
        rebuildWindow(transaction, window),
      );
      if (counts === null) expired.push(window);
      else if ([...counts.values()].some(hasDifference)) differing.push(window);
      for (const [metric, count] of counts ?? [])
        totals.set(metric, add(totals.get(metric), count));
      onProgress?.(index + 1, kept.length);
    }
    return {
      isDryRun,
      tables: Object.values(METRICS)
        .flat()
        .map((metric) => ({
          table: `${metric}_metrics`,
          ...add(undefined, totals.get(metric) ?? NONE),
        })),
      windowCount: closed.length - expired.length,
      differing,
      expired,
      open: rows.filter((row) => !row.is_closed).map(toWindow),
    };
  } finally {
    await session.close();
  }
}

interface WindowRow {
  readonly window_kind: WindowKind;
  readonly window_start: Date;
  readonly window_end: Date;
  readonly is_closed: boolean;
}

const NONE: RowCounts = { checked: 0, differing: 0, added: 0, removed: 0 };

function toWindow(row: WindowRow): Window {
  return {
    kind: row.window_kind,
    start: row.window_start,
    end: row.window_end,
  };
}

function add(first: RowCounts = NONE, second: RowCounts): RowCounts {
  return {
    checked: first.checked + second.checked,
    differing: first.differing + second.differing,
    added: first.added + second.added,
    removed: first.removed + second.removed,
  };
}
