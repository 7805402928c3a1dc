import { loadStatement } from "#shared/sql.ts";

import { withLockTimeout } from "./with-lock-timeout.ts";
import type { Session } from "./session.ts";

const load = (name: string) => loadStatement(`queries/close-windows/${name}`);
const findRollable = load("find_rollable_hours");
const lockHour = load("lock_hour");
const recordRollUp = load("record_roll_up");
const DISCARD = [
  load("discard_content_performance_hour"),
  load("discard_location_listener_hour"),
];
const ROLL_UP = [
  load("roll_up_content_performance"),
  load("roll_up_location_listeners"),
];

/** Hours, by their start, of which dashboards still have to read windows, although these have come to rest. */
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
 * Makes the sums of an hour anew from its published windows, up to the first that is open; none is published meanwhile.
 *
 * @returns false where there was nothing to do any more, or somebody holds one of the windows for longer than half a second
 */
export async function rollUpHour(
  session: Session,
  hour: Date,
): Promise<boolean> {
  return withLockTimeout(session, async (transaction) => {
    await transaction.query(lockHour, [hour]);
    const [recorded] = await transaction.query<{ rolled_until: Date }>(
      recordRollUp,
      [hour],
    );
    if (recorded === undefined) return false;
    for (const statement of DISCARD) await transaction.query(statement, [hour]);
    for (const statement of ROLL_UP)
      await transaction.query(statement, [hour, recorded.rolled_until]);
    return true;
  });
}
