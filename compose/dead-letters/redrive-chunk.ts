import {
  applyLetters,
  type LetterAction,
  settleLetters,
} from "#shared/adapters/postgres/letter-outcomes.ts";
import type { Transaction } from "#shared/adapters/postgres/session.ts";
import { decodeDimension } from "#shared/domain/decode-dimension.ts";
import type { FieldChange } from "#shared/domain/field-change.ts";
import type { DueLetter } from "#shared/ports/redrive-store.ts";
import type { LetterState } from "./letter-filter.ts";
import { lockLettersIn } from "./lock-letters.ts";
import { describeAction, type OperatorAction } from "./operator-action.ts";
import { planCandidate } from "./plan-candidate.ts";
import type {
  RedriveOutcome,
  RedriveOutcomes,
  Send,
} from "./redrive-outcome.ts";
import { redrivePlays } from "./redrive-plays.ts";
import { replaceVersions } from "./replace-versions.ts";

/** What is asked for, and by whom. */
export interface RedriveRequest {
  /** Letters that are in another state by now are left: somebody has decided otherwise since they were chosen. */
  readonly states: readonly LetterState[];
  readonly changes: readonly FieldChange[];
  readonly action: OperatorAction;
  readonly nowMs: number;
  readonly send: Send;
}

/**
 * Sends letters again within a transaction, mended where changes are given: plays to their topic, once it is certain
 * that they would be accepted now; versions of dimensions into their own place; mended ones as new versions.
 */
export async function redriveChunk(
  transaction: Transaction,
  ids: readonly string[],
  { states, changes, action, nowMs, send }: RedriveRequest,
): Promise<RedriveOutcomes> {
  const { letters, untouched } = await lockLettersIn(transaction, ids, states);
  const plays = [];
  const versions: DueLetter[] = [];
  const newVersions = [];
  const hopeless: [string, RedriveOutcome][] = [];
  for (const letter of letters) {
    const candidate = planCandidate(letter, changes);
    if (candidate.kind === "play") plays.push(candidate);
    else if (candidate.kind === "version") versions.push(letter);
    else if (candidate.kind === "new_version") newVersions.push(candidate);
    else hopeless.push([letter.id, { kind: "left", why: candidate.why }]);
  }
  const by = {
    actor: action.actor,
    note: describeAction(action.note, changes),
  };
  // What is sent goes out at the end of each, before the commit: a crash in between sends it once more, and ids and
  // versions absorb the second copy.
  return new Map([
    ...untouched,
    ...hopeless,
    ...(await applyVersions(transaction, versions, by)),
    ...(await redrivePlays(transaction, plays, { by, nowMs, send })),
    ...(await replaceVersions(transaction, newVersions, { by, send })),
  ]);
}

async function applyVersions(
  transaction: Transaction,
  letters: readonly DueLetter[],
  by: Omit<LetterAction, "action">,
): Promise<RedriveOutcomes> {
  const { applied, superseded, undecodable } = await applyLetters(
    transaction,
    letters,
  );
  await settleLetters(transaction, idsOf(applied), "resolved", "applied", {
    action: "applied",
    ...by,
  });
  await settleLetters(
    transaction,
    idsOf(superseded),
    "resolved",
    "superseded",
    { action: "redriven", ...by },
  );
  return new Map<string, RedriveOutcome>([
    ...idsOf(applied).map((id) => [id, { kind: "applied" }] as const),
    ...idsOf(superseded).map((id) => [id, { kind: "superseded" }] as const),
    ...undecodable.map(
      (letter) =>
        [letter.id, { kind: "left", why: explainUnapplied(letter) }] as const,
    ),
  ]);
}

function explainUnapplied({ record }: DueLetter): string {
  const decoded = decodeDimension(record);
  return decoded.ok
    ? "its artist does not exist yet; it is applied by itself when that arrives"
    : `would be rejected again, ${decoded.reason}: ${decoded.detail}`;
}

const idsOf = (letters: readonly DueLetter[]): string[] =>
  letters.map(({ id }) => id);
