import type {
  PartitionProgress,
  Publication,
  Window,
  WindowKind,
  WindowStore,
} from "#shared/ports/window-store.ts";
import { loadStatement, type Statement } from "#shared/sql.ts";

import { findRollableHours, rollUpHour } from "./hour-rollups.ts";
import {
  discardFollowedChanges,
  findHoursToRegroup,
  regroupHour,
  sumSegments,
} from "./segment-sums.ts";
import { withLockTimeout } from "./with-lock-timeout.ts";
import {
  createSession,
  type Session,
  type SessionOptions,
  type Transaction,
} from "./session.ts";
import { loadPerKind } from "./window-metrics.ts";

const load = (name: string) => loadStatement(`queries/close-windows/${name}`);
const advanceWatermark = load("advance_watermark");
const readWatermarkDelay = load("read_watermark_delay");
const lockFrontiers = load("lock_frontiers_exclusive");
const advanceFrontiers = load("advance_frontiers");
const closeOpenWindows = load("close_open_windows");
const findPublishable = load("find_publishable_windows");
const findFoldable = load("find_foldable_windows");
const lockWindow = load("lock_window");
const takeMarks = load("take_revision_marks");
const recordPublication = load("record_publication");
const discardWindow = load("discard_window_partials");
const foldWindow = load("fold_window_partials");
const foldLatePlayCounts = load("fold_late_play_counts");
const tryLockClosing = load("try_lock_closing");
const unlockClosing = load("unlock_closing");
const readLedgerEnds = load("read_ledger_ends");
const markIdle = load("mark_idle");
const registerPartitions = loadStatement("queries/ledger/register_partitions");
const registerTopic = loadStatement("queries/set-up/register_topic");

const merge = loadPerKind("close-windows/merge");
const discard = loadPerKind("close-windows/discard");
const recompute = loadPerKind("close-windows/recompute");
const fold = loadPerKind("close-windows/fold");

export interface WindowStoreOptions extends Omit<SessionOptions, "onConnect"> {
  readonly topic: string;
  readonly allowedLatenessMs: number;
}

/** The windows over one connection, opened on first use. */
export function createWindowStore({
  topic,
  allowedLatenessMs,
  ...options
}: WindowStoreOptions): WindowStore & Pick<Session, "close"> {
  const session = createSession(options);
  /** Moves frontiers with no micro-batch in between; waits for half a second at most, as they wait behind it. */
  const moveFrontiers = (
    statement: Statement,
    values: readonly unknown[],
  ): Promise<boolean> =>
    withLockTimeout(session, async (transaction) => {
      await transaction.query(lockFrontiers);
      await transaction.query(statement, values);
      return true;
    });

  return {
    close: () => session.close(),
    async advanceWatermark() {
      const [row] = await session.query<{ is_closing_due: boolean }>(
        advanceWatermark,
        [topic, allowedLatenessMs],
      );
      return row?.is_closing_due ?? false;
    },
    async readWatermarkDelayMs() {
      const [row] = await session.query<{ delay_ms: number }>(
        readWatermarkDelay,
        [topic],
      );
      return row?.delay_ms ?? null;
    },
    advanceFrontiers: () => moveFrontiers(advanceFrontiers, [topic]),
    closeOpenWindows: () => moveFrontiers(closeOpenWindows, []),
    async findPublishableWindows(revisionIntervalMs) {
      const rows = await session.query<WindowRow & { window_end: Date }>(
        findPublishable,
        [revisionIntervalMs],
      );
      return rows.map((row) => ({
        kind: row.window_kind,
        start: row.window_start,
        end: row.window_end,
      }));
    },
    publishWindow: (window) =>
      session.transaction((transaction) => publishWindow(transaction, window)),
    async findFoldableWindows({ filling, full }) {
      const rows = await session.query<WindowRow>(findFoldable, [
        filling,
        full,
        topic,
        allowedLatenessMs,
      ]);
      return rows.map((row) => ({
        kind: row.window_kind,
        start: row.window_start,
      }));
    },
    async foldWindow({ kind, start }) {
      await session.transaction(async (transaction) => {
        await transaction.query(lockWindow, [kind, start]);
        await transaction.query(foldWindow, [kind, start]);
        for (const statement of fold[kind])
          await transaction.query(statement, [start]);
      });
    },
    findRollableHours: (atRestMs) => findRollableHours(session, atRestMs),
    rollUpHour: (hour) => rollUpHour(session, hour),
    findHoursToRegroup: () => findHoursToRegroup(session),
    regroupHour: (hour) => regroupHour(session, hour),
    discardFollowedChanges: () => discardFollowedChanges(session),
    async oneAtATime(work) {
      const [row] = await session.query<{ is_locked: boolean }>(tryLockClosing);
      if (row?.is_locked !== true) return false;
      try {
        await work();
      } catch (error) {
        // Where the connection is lost the lock is gone with it, and the work's own error is the one to be heard.
        await session.query(unlockClosing).catch(() => undefined);
        throw error;
      }
      await session.query(unlockClosing);
      return true;
    },
    async readProgress(idleTimeoutMs) {
      const rows = await session.query<ProgressRow>(readLedgerEnds, [
        topic,
        idleTimeoutMs,
      ]);
      return rows.map((row) => ({
        partition: row.partition,
        incarnation: row.incarnation,
        nextOffset: Number(row.next_offset),
        isIdle: row.is_idle,
        isQuiet: row.is_quiet,
      }));
    },
    async registerPartitions(partitions) {
      await session.transaction(async (transaction) => {
        await transaction.query(registerTopic, [topic, partitions.length]);
        await transaction.query(registerPartitions, [topic, partitions]);
      });
    },
    async markIdle(partitions) {
      await session.query(markIdle, [
        topic,
        JSON.stringify(partitions.map(toSeenPartition)),
      ]);
    },
  };
}

/**
 * The first publication merges the partial aggregates; a window with revision marks is computed from the facts, but never
 * one before the retention horizon.
 */
async function publishWindow(
  transaction: Transaction,
  { kind, start, end }: Window,
): Promise<Publication> {
  await transaction.query(lockWindow, [kind, start]);
  const [found] = await transaction.query<{
    mark_count: number;
    is_published: boolean;
    is_staged: boolean;
    is_before_horizon: boolean;
  }>(takeMarks, [kind, start]);
  if (found === undefined)
    throw new Error("take_revision_marks.sql returned no row");
  // Another closer has published it since it was found to be due.
  if (found.mark_count === 0 && !found.is_staged) return "unchanged";
  const isRevision = found.mark_count > 0 || found.is_published;
  for (const statement of isRevision ? discard[kind] : merge[kind]) {
    await transaction.query(statement, [start]);
  }
  // Facts of the window may be gone, and its rows are final.
  const isFinal = isRevision && found.is_before_horizon;
  if (isRevision && !isFinal) {
    for (const statement of recompute[kind])
      await transaction.query(statement, [start, end]);
    await transaction.query(foldLatePlayCounts, [kind, start]);
  }
  await transaction.query(discardWindow, [kind, start]);
  if (isFinal) return "unchanged";
  if (kind === "minutes") await sumSegments(transaction, start);
  await transaction.query(recordPublication, [kind, start]);
  return isRevision ? "recomputed" : "merged";
}

interface WindowRow {
  readonly window_kind: WindowKind;
  readonly window_start: Date;
}

interface ProgressRow {
  readonly partition: number;
  readonly incarnation: number;
  readonly next_offset: string;
  readonly is_idle: boolean;
  readonly is_quiet: boolean;
}

function toSeenPartition({
  partition,
  incarnation,
  nextOffset,
}: PartitionProgress) {
  return { partition, incarnation, next_offset: nextOffset };
}
