import {
  type LetterRow,
  readLetterRow,
} from "#shared/adapters/postgres/letter-row.ts";
import type { MissingReference } from "#shared/domain/rejection.ts";
import type { DueLetter } from "#shared/ports/redrive-store.ts";
import type { LetterState } from "./letter-filter.ts";

/** Something that was done with a letter; `at` RFC 3339. */
export interface LetterActionTaken {
  readonly action: string;
  readonly actor: string;
  readonly at: string;
  readonly note: string | null;
}

/** Everything that is known of a letter; times RFC 3339, UTC. */
export interface LetterDetails extends DueLetter {
  readonly state: LetterState;
  readonly resolution: string | null;
  readonly detail: string;
  readonly missingReferences: readonly MissingReference[];
  /** Those that it waits for and that have not arrived. */
  readonly awaited: readonly MissingReference[];
  readonly redriveCount: number;
  readonly differsFromFact: boolean;
  readonly handlerVersion: string;
  readonly firstSeenAt: string;
  readonly storedAt: string;
  readonly dueAt: string | null;
  readonly redrivenAt: string | null;
  readonly settledAt: string | null;
  readonly actions: readonly LetterActionTaken[];
}

/** A row of `read_letters.sql`. */
export interface LetterDetailsRow extends LetterRow {
  readonly state: LetterState;
  readonly resolution: string | null;
  readonly detail: string;
  readonly missing_references: readonly MissingReference[];
  readonly awaited: readonly MissingReference[];
  readonly redrive_count: number;
  readonly differs_from_fact: boolean;
  readonly handler_version: string;
  readonly stored_at: string;
  readonly due_at: string | null;
  readonly redriven_at: string | null;
  readonly settled_at: string | null;
  readonly actions: readonly LetterActionTaken[];
}

/** Returns the letter of a row. */
export function toLetterDetails(row: LetterDetailsRow): LetterDetails {
  return {
    ...readLetterRow(row),
    state: row.state,
    resolution: row.resolution,
    detail: row.detail,
    missingReferences: row.missing_references,
    awaited: row.awaited,
    redriveCount: row.redrive_count,
    differsFromFact: row.differs_from_fact,
    handlerVersion: row.handler_version,
    firstSeenAt: row.first_seen_at,
    storedAt: row.stored_at,
    dueAt: row.due_at,
    redrivenAt: row.redriven_at,
    settledAt: row.settled_at,
    actions: row.actions,
  };
}
