import type {
  DueLetter,
  RedriveCounts,
  RedrivePlan,
  RedriveStore,
} from "#shared/ports/redrive-store.ts";
import { loadStatement } from "#shared/sql.ts";

import { compareValues, createStagingTable } from "./compare-plays.ts";
import { applyLetters, settleLetters } from "./letter-outcomes.ts";
import { readLetterRow, type LetterRow } from "./letter-row.ts";
import {
  createSession,
  type Session,
  type SessionOptions,
  type Transaction,
} from "./session.ts";

const lockReleases = loadStatement("queries/redrive/lock_releases");
const releaseArrived = loadStatement(
  "queries/redrive/release_arrived_references",
);
const requeueLost = loadStatement("queries/redrive/requeue_lost_letters");
const chooseUnsettled = loadStatement(
  "queries/redrive/choose_unsettled_letters",
);
const markDiffering = loadStatement("queries/redrive/mark_differing");
const chooseDue = loadStatement("queries/redrive/choose_due_letters");
const markRedriven = loadStatement("queries/redrive/mark_redriven");
const leaveLetters = loadStatement("queries/redrive/leave_letters");
const readBacklog = loadStatement("queries/redrive/read_backlog");

/** Values of one transaction, in bytes: they are held in memory, and Kafka takes a while for more. */
const BYTES_PER_TRANSACTION = 8 * 1024 * 1024;

/** The way back of dead letters over one connection, opened on first use; `actor` is written down with what is done. */
export function createRedriveStore({
  actor,
  ...options
}: Omit<SessionOptions, "onConnect"> & {
  readonly actor: string;
}): RedriveStore & Pick<Session, "close"> {
  const session = createSession({
    ...options,
    onConnect: [createStagingTable],
  });
  return {
    close: () => session.close(),
    settleLanded: (limit) =>
      session.transaction((transaction) => settleLanded(transaction, limit)),
    requeueLost: (timeoutMs) =>
      session.transaction(async (transaction) => {
        const [row] = await transaction.query<{ requeued_count: number }>(
          requeueLost,
          [`${timeoutMs} milliseconds`],
        );
        return row?.requeued_count ?? 0;
      }),
    releaseArrived: (limit, backoffMs) =>
      session.transaction(async (transaction) => {
        const [lock] = await transaction.query<{ is_locked: boolean }>(
          lockReleases,
        );
        // Somebody else is at it.
        if (lock?.is_locked !== true) return 0;
        const [row] = await transaction.query<{ released_count: number }>(
          releaseArrived,
          [limit, `${backoffMs} milliseconds`],
        );
        return row?.released_count ?? 0;
      }),
    redriveDue: ({ limit, isFlush }, plan, send) =>
      session.transaction(async (transaction) => {
        const rows = await transaction.query<LetterRow>(chooseDue, [
          limit,
          isFlush,
          BYTES_PER_TRANSACTION,
        ]);
        return redriveChosen(
          transaction,
          rows.map(readLetterRow),
          { plan, send },
          actor,
        );
      }),
    readBacklog: () =>
      session.transaction(async (transaction) => {
        const [row] = await transaction.query<{
          waiting_count: string;
          redriven_count: string;
          oldest_waiting_ms: string | null;
        }>(readBacklog);
        const oldest = row?.oldest_waiting_ms ?? null;
        return {
          waiting: Number(row?.waiting_count ?? 0),
          redriven: Number(row?.redriven_count ?? 0),
          oldestWaitingMs: oldest === null ? null : Number(oldest),
        };
      }),
  };
}

async function settleLanded(
  transaction: Transaction,
  limit: number,
): Promise<{ checked: number; landed: number }> {
  const letters = await transaction.query<{
    dead_letter_id: string;
    value: Buffer | null;
  }>(chooseUnsettled, [limit]);
  if (letters.length === 0) return { checked: 0, landed: 0 };
  const isSame = await compareValues(
    transaction,
    letters.map(({ value }) => value),
  );
  const landed = letters.filter((_, ordinal) => isSame.get(ordinal) === true);
  const differing = letters.filter(
    (_, ordinal) => isSame.get(ordinal) === false,
  );
  const ids = (rows: typeof letters) => rows.map((row) => row.dead_letter_id);
  await settleLetters(transaction, ids(landed), "resolved", "landed");
  if (differing.length > 0)
    await transaction.query(markDiffering, [ids(differing)]);
  return { checked: letters.length, landed: landed.length };
}

async function redriveChosen(
  transaction: Transaction,
  letters: readonly DueLetter[],
  {
    plan,
    send,
  }: {
    readonly plan: (letter: DueLetter) => RedrivePlan;
    readonly send: (letters: readonly DueLetter[]) => Promise<void>;
  },
  actor: string,
): Promise<RedriveCounts> {
  const isSame = await compareValues(
    transaction,
    letters.map(({ record, mendedValue }) => mendedValue ?? record.value),
  );
  const landed = letters.filter((_, ordinal) => isSame.get(ordinal) === true);
  await settleLetters(transaction, ids(landed), "resolved", "landed");

  const groups = Map.groupBy(
    letters.filter((letter) => !landed.includes(letter)),
    plan,
  );
  const toSend = groups.get("send") ?? [];
  const toBury = groups.get("bury") ?? [];
  const { applied, superseded, undecodable } = await applyLetters(
    transaction,
    groups.get("apply") ?? [],
  );
  const left = [...(groups.get("leave") ?? []), ...undecodable];
  await settleLetters(transaction, ids(applied), "resolved", "applied", {
    action: "applied",
    actor,
  });
  await settleLetters(transaction, ids(superseded), "resolved", "superseded");
  await settleLetters(transaction, ids(toBury), "buried", "attempts_spent", {
    action: "buried",
    actor,
  });
  if (left.length > 0) await transaction.query(leaveLetters, [ids(left)]);
  if (toSend.length > 0) {
    await transaction.query(markRedriven, [ids(toSend), actor, null]);
    // Last, and before the commit: a crash in between sends them once more, and the second copy is a duplicate.
    await send(toSend);
  }
  return {
    redriven: toSend.length,
    landed: landed.length,
    applied: applied.length,
    superseded: superseded.length,
    buried: toBury.length,
    left: left.length,
  };
}

const ids = (letters: readonly DueLetter[]): string[] =>
  letters.map(({ id }) => id);
