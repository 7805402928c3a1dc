import {
  hasClosedWindow,
  type FrontierKind,
  type Frontiers,
  type PartialAggregates,
} from "#shared/domain/aggregate-plays.ts";
import type { DecodedPlay } from "#shared/domain/micro-batch.ts";
import { PipelineError } from "#shared/errors.ts";
import { loadStatement } from "#shared/sql.ts";

import { awaitInOrder } from "./await-in-order.ts";
import type { Transaction } from "./session.ts";

const load = (name: string) =>
  loadStatement(`queries/aggregate-micro-batch/${name}`);
const lockFrontiersShared = load("lock_frontiers_shared");
const readBoundRows = load("read_bounds");

/** What plays are judged by and moves while a micro-batch is applied. */
interface Bounds {
  readonly frontiers: Frontiers;
  /** Where the facts have been given up, microseconds since the epoch; `-Infinity`: nowhere. */
  readonly horizonMicros: number;
}

/** A bound has passed a play since it was judged by it: the transaction is to be done again. */
export class BoundPassed extends Error {}

/** Reads where the bounds are. Throws `database_not_set_up` (user). */
export async function readBounds(transaction: Transaction): Promise<Bounds> {
  const rows = await transaction.query<{
    window_kind: FrontierKind;
    size_micros: number;
    closed_until_micros: number;
    horizon_micros: number;
  }>(readBoundRows);
  const find = (kind: FrontierKind) => {
    const row = rows.find(({ window_kind: found }) => found === kind);
    if (row === undefined)
      throw new PipelineError(
        "The database has tables but no window sizes yet. Start the pipeline once (npm run up), which sets it up.",
        { code: "database_not_set_up", domain: "user", retry: true },
      );
    return row;
  };
  const toFrontier = (kind: FrontierKind) => ({
    sizeMicros: find(kind).size_micros,
    closedUntilMicros: find(kind).closed_until_micros,
  });
  return {
    frontiers: { minutes: toFrontier("minutes"), hourly: toFrontier("hourly") },
    horizonMicros: find("minutes").horizon_micros,
  };
}

/**
 * Keeps the bounds where they are until the transaction ends, which is to be soon: the closer waits for it. Throws
 * `BoundPassed` where one has passed a window meanwhile that was taken for open, or a play that was taken for kept.
 */
export async function holdBounds(
  transaction: Transaction,
  plays: readonly DecodedPlay[],
  partials: PartialAggregates,
): Promise<void> {
  const [, { frontiers, horizonMicros }] = await awaitInOrder(
    transaction.query(lockFrontiersShared),
    // In a statement behind the lock: what was read before may be old by now.
    readBounds(transaction),
  );
  if (
    hasClosedWindow(partials, frontiers) ||
    plays.some(({ event }) => event.timestampMicros < horizonMicros)
  )
    throw new BoundPassed();
}
