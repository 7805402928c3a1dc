import { transact } from "#shared/adapters/postgres/dry-run.ts";
import { settleLetters } from "#shared/adapters/postgres/letter-outcomes.ts";
import {
  createSession,
  type Transaction,
} from "#shared/adapters/postgres/session.ts";
import type { LetterSize } from "./letter-reader.ts";
import {
  type LockedLetters,
  lockLettersIn,
  type Untouched,
} from "./lock-letters.ts";
import type { OperatorAction } from "./operator-action.ts";
import { type Pace, workInChunks } from "./work-in-chunks.ts";

const TRANSACTION_TIMEOUT_MS = 60_000;

export interface BuryLettersOptions extends Pace {
  /** Of the ingest role. */
  readonly databaseUrl: string;
  readonly action: OperatorAction;
  readonly isDryRun: boolean;
  /** Hears of each letter once its piece is committed: what is thrown later takes nothing of it back. */
  readonly onResult?: (result: BuryResult) => void;
}

/** A letter with what became of it. */
export type BuryResult = { readonly id: string } & (
  { readonly kind: "buried" } | Untouched
);

/** Buries letters that wait: they are kept, and nobody is asked for anything any more. */
export async function buryLetters(
  letters: readonly LetterSize[],
  { databaseUrl, action, isDryRun, onResult, ...pace }: BuryLettersOptions,
): Promise<BuryResult[]> {
  const session = createSession({
    databaseUrl,
    applicationName: "dlq bury",
    transactionTimeoutMs: TRANSACTION_TIMEOUT_MS,
  });
  const results: BuryResult[] = [];
  const add = (result: BuryResult) => {
    results.push(result);
    onResult?.(result);
  };
  try {
    await workInChunks(letters, pace, async (ids) => {
      const { letters: buried, untouched } = await transact(
        session,
        { isDryRun },
        (transaction) => buryChunk(transaction, ids, action),
      );
      for (const { id } of buried) add({ id, kind: "buried" });
      for (const [id, outcome] of untouched) add({ id, ...outcome });
    });
  } finally {
    await session.close();
  }
  return results;
}

async function buryChunk(
  transaction: Transaction,
  ids: readonly string[],
  action: OperatorAction,
): Promise<LockedLetters> {
  const locked = await lockLettersIn(transaction, ids, ["waiting"]);
  await settleLetters(
    transaction,
    locked.letters.map(({ id }) => id),
    "buried",
    "by_operator",
    { action: "buried", ...action },
  );
  return locked;
}
