import type { Kept, RetentionStore } from "#shared/ports/retention-store.ts";
import { loadStatement, type Statement } from "#shared/sql.ts";

import {
  createSession,
  isLockTimeout,
  type Session,
  type SessionOptions,
} from "./session.ts";

const limitLockWait = loadStatement("queries/close-windows/limit_lock_wait");
const lockFrontiers = loadStatement(
  "queries/close-windows/lock_frontiers_exclusive",
);
const advanceHorizon = loadStatement(
  "queries/enforce-retention/advance_horizon",
);
const loadRemoval = (kept: Kept) =>
  loadStatement(`queries/enforce-retention/remove_${kept}`);
const remove: Record<Kept, Statement> = {
  facts: loadRemoval("facts"),
  ledger: loadRemoval("ledger"),
  dead_letters: loadRemoval("dead_letters"),
  revisions: loadRemoval("revisions"),
};

/** The horizons over one connection, opened on first use. */
export function createRetentionStore(
  options: Omit<SessionOptions, "onConnect">,
): RetentionStore & Pick<Session, "close"> {
  const session = createSession(options);
  return {
    close: () => session.close(),
    async advanceHorizon(kept, retentionMs) {
      try {
        await session.transaction(async (transaction) => {
          // No micro-batch is then between reading the horizon and its commit.
          if (kept === "facts") {
            await transaction.query(limitLockWait);
            await transaction.query(lockFrontiers);
          }
          await transaction.query(advanceHorizon, [kept, retentionMs]);
        });
        return true;
      } catch (error) {
        if (isLockTimeout(error)) return false;
        throw error;
      }
    },
    removeBeforeHorizon: (kept, limit) =>
      session.transaction(async (transaction) => {
        const [row] = await transaction.query<{ removed_count: string }>(
          remove[kept],
          [limit],
        );
        return Number(row?.removed_count ?? 0);
      }),
  };
}
