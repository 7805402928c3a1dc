import {
  type LetterRow,
  readLetterRow,
} from "#shared/adapters/postgres/letter-row.ts";
import type { Transaction } from "#shared/adapters/postgres/session.ts";
import type { DueLetter } from "#shared/ports/redrive-store.ts";
import { loadStatement } from "#shared/sql.ts";
import type { LetterState } from "./letter-filter.ts";

const lockLetters = loadStatement("queries/operate-letters/lock_letters");

/** What became of a letter that nothing was done with. */
export type Untouched =
  /** `why` is a sentence for people. */
  | { readonly kind: "left"; readonly why: string }
  /** The scheduled redrive or another operator holds it at this moment. */
  | { readonly kind: "held" };

/** Letters that are this transaction's until it ends, and what is to be said of the others. */
export interface LockedLetters {
  readonly letters: readonly DueLetter[];
  readonly untouched: ReadonlyMap<string, Untouched>;
}

interface LockedRow extends LetterRow {
  readonly state: LetterState;
  readonly resolution: string | null;
}

/** Locks those of the letters that are in one of the states; who holds a letter is not waited for. */
export async function lockLettersIn(
  transaction: Transaction,
  ids: readonly string[],
  states: readonly LetterState[],
): Promise<LockedLetters> {
  const rows = await transaction.query<LockedRow & Record<string, unknown>>(
    lockLetters,
    [ids],
  );
  const untouched = new Map<string, Untouched>(
    ids.map((id) => [id, { kind: "held" }]),
  );
  for (const row of rows) untouched.delete(row.dead_letter_id);
  for (const { dead_letter_id: id, state, resolution } of rows) {
    if (states.includes(state)) continue;
    const why = `it is ${state}${resolution === null ? "" : ` (${resolution})`}`;
    untouched.set(id, { kind: "left", why });
  }
  return {
    letters: rows
      .filter(({ state }) => states.includes(state))
      .map(readLetterRow),
    untouched,
  };
}
