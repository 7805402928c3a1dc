import { loadStatement } from "#shared/sql.ts";

import { withLockTimeout } from "./with-lock-timeout.ts";
import type { Session, Transaction } from "./session.ts";

const load = (name: string) => loadStatement(`queries/close-windows/${name}`);
const findHours = load("find_hours_to_regroup");
const lockHour = load("lock_hour");
const regroup = load("regroup_user_engagement_segments");
const lockChangesShared = load("lock_segment_changes_shared");
const discardSums = load("discard_user_engagement_segments");
const sumUp = load("sum_user_engagement_segments");
const findFollowed = load("find_followed_changes");
const lockChanges = load("lock_segment_changes_exclusive");
const discardFollowed = load("discard_followed_changes");

/** Adds up a published window by segment of its users, in the transaction that has written its metric rows. */
export async function sumSegments(
  transaction: Transaction,
  start: Date,
): Promise<void> {
  await transaction.query(lockChangesShared);
  await transaction.query(discardSums, [start]);
  await transaction.query(sumUp, [start]);
}

/** Hours, by their start, whose sums by segment are to follow users who have moved to another segment. */
export async function findHoursToRegroup(session: Session): Promise<Date[]> {
  const rows = await session.query<{ time_window: Date }>(findHours);
  return rows.map((row) => row.time_window);
}

/**
 * Has the sums of an hour's windows follow the users, while none of these is published.
 *
 * @returns false where somebody holds one of the windows for longer than half a second
 */
export async function regroupHour(
  session: Session,
  hour: Date,
): Promise<boolean> {
  return withLockTimeout(session, async (transaction) => {
    await transaction.query(lockHour, [hour]);
    await transaction.query(regroup, [hour]);
    return true;
  });
}

/**
 * Gives up what says which segments users have left, where all sums have followed them.
 *
 * @returns false where there was nothing to give up, or somebody has been adding up a window for longer than half a second
 */
export async function discardFollowedChanges(
  session: Session,
): Promise<boolean> {
  const [row] = await session.query<{ is_found: boolean }>(findFollowed);
  if (row?.is_found !== true) return false;
  return withLockTimeout(session, async (transaction) => {
    await transaction.query(lockChanges);
    await transaction.query(discardFollowed);
    return true;
  });
}
