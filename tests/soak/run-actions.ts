import { setTimeout as delay } from "node:timers/promises";

import { createCleanups } from "#compose/runner/cleanups.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import { CALM, type Action, type ActionKind } from "./actions.ts";
import { openChecker } from "./checker.ts";
import { performAction } from "./perform-action.ts";
import { startRunners } from "./runners.ts";
import { openWorld, type World } from "./world.ts";

export interface SoakResult {
  /** What was done, in this order; the last one is a calm period. */
  readonly actions: readonly Action[];
  /** How often each kind was done. */
  readonly counts: Readonly<Partial<Record<ActionKind, number>>>;
  /** What the last calm period found; empty when the pipeline has survived. */
  readonly violations: readonly string[];
  /** What the database has of the run. */
  readonly totals: SoakTotals;
}

export interface SoakTotals {
  readonly facts: number;
  /** Plays that came again after they had been handled. */
  readonly redelivered: number;
  readonly late: number;
  readonly revisions: number;
  readonly letters: number;
}

export interface SoakOptions {
  /** Ends a sequence before its end. */
  readonly hasTime?: () => boolean;
  readonly onAction?: (action: Action, seconds: number) => void;
  /** For tests: does something to the world before each calm period. */
  readonly beforeCalm?: (world: World) => Promise<void>;
}

/** Runs actions on servers of their own until one calm period finds something, or all are done and a last one found nothing. */
export async function runActions(
  sequence: Iterable<Action>,
  { hasTime = () => true, onAction, beforeCalm }: SoakOptions = {},
): Promise<SoakResult> {
  const cleanups = createCleanups();
  try {
    const world = await openWorld();
    cleanups.add(() => world.close());
    const checker = await openChecker(world);
    cleanups.add(() => checker.close());
    const runners = startRunners(world);
    cleanups.add(() => runners.stop());
    const stage = { world, checker, runners, awaitedUsers: new Set<number>() };
    const actions: Action[] = [];
    const counts: Partial<Record<ActionKind, number>> = {};
    const perform = async (action: Action): Promise<readonly string[]> => {
      await delay(action.afterMs);
      const startMs = performance.now();
      if (action.kind === "calm") await beforeCalm?.(world);
      const violations = await performAction(action, stage).catch(
        (error: unknown) => [
          `${action.kind}: ${error instanceof Error ? error.message : String(error)}`,
        ],
      );
      actions.push(action);
      counts[action.kind] = (counts[action.kind] ?? 0) + 1;
      onAction?.(action, (performance.now() - startMs) / 1000);
      return violations;
    };
    let violations: readonly string[] = [];
    for (const action of sequence) {
      if (!hasTime()) break;
      violations = await perform(action);
      if (violations.length > 0) break;
    }
    if (violations.length === 0 && actions.at(-1)?.kind !== "calm")
      violations = await perform(CALM);
    const totals = await readTotals(world);
    return { actions, counts, violations, totals };
  } finally {
    await cleanups.run();
  }
}

async function readTotals({ database }: World): Promise<SoakTotals> {
  const [totals] = await selectRows<SoakTotals & Record<string, number>>(
    database.databaseUrls.owner,
    `select
       (select count(*) from stream_events)::integer as facts,
       (select coalesce(sum(redelivered_count), 0) from partition_ledger)::integer as redelivered,
       (select coalesce(sum(late_count), 0) from partition_ledger)::integer as late,
       (select count(*) from metric_revisions)::integer as revisions,
       (select count(*) from dead_letters)::integer as letters`,
  );
  if (totals === undefined) throw new Error("The database has no totals.");
  return totals;
}
