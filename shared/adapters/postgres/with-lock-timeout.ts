import { loadStatement } from "#shared/sql.ts";

import { isLockTimeout, type Session, type Transaction } from "./session.ts";

const limitLockWait = loadStatement("queries/close-windows/limit_lock_wait");

/**
 * Runs `work` in a transaction in which no lock is waited for longer than half a second: others wait behind who waits.
 *
 * @returns what `work` does; false, with nothing done, where a lock was not had in time
 */
export async function withLockTimeout(
  session: Session,
  work: (transaction: Transaction) => Promise<boolean>,
): Promise<boolean> {
  try {
    return await session.transaction(async (transaction) => {
      await transaction.query(limitLockWait);
      return work(transaction);
    });
  } catch (error) {
    if (isLockTimeout(error)) return false;
    throw error;
  }
}
