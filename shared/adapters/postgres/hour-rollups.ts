import { loadStatement } from "#shared/sql.ts";

import { isLockTimeout, type Session } from "./session.ts";

const load = (name: string) => loadStatement(`queries/close-windows/${name}`);
const findRollable = load("find_rollable_hours");
const limitLockWait = load("limit_lock_wait");
const lockHour = load("lock_hour");
const recordRollUp = load("record_roll_up");
const ROLL_UP = [
  load("discard_user_engagement_hour"),
  load("roll_up_user_engagement"),
  load("discard_content_performance_hour"),
  load("roll_up_content_performance"),
  load("discard_location_listener_hour"),
  load("roll_up_location_listeners"),
];

/** Hours, by their start, of which dashboards still have to read the windows, although these have come to rest. */
export async function findRollableHours(
  session: Session,
  atRestMs: number,
): Promise<Date[]> {
  const rows = await session.query<{ time_window: Date }>(findRollable, [
    atRestMs,
  ]);
  return rows.map((row) => row.time_window);
}

/**
 * Makes the sums of an hour anew from its published windows, none of which is published meanwhile.
 *
 * @returns false where there was nothing to do any more, or somebody holds one of the windows for longer than half a second
 */
export async function rollUpHour(
  session: Session,
  hour: Date,
): Promise<boolean> {
  try {
    return await session.transaction(async (transaction) => {
      await transaction.query(limitLockWait);
      await transaction.query(lockHour, [hour]);
      const [recorded] = await transaction.query(recordRollUp, [hour]);
      if (recorded === undefined) return false;
      for (const statement of ROLL_UP)
        await transaction.query(statement, [hour]);
      return true;
    });
  } catch (error) {
    if (isLockTimeout(error)) return false;
    throw error;
  }
}
