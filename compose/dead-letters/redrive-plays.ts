import {
  type LetterAction,
  settleLetters,
} from "#shared/adapters/postgres/letter-outcomes.ts";
import type { Transaction } from "#shared/adapters/postgres/session.ts";
import { decodeStreamEvent } from "#shared/domain/decode-stream-event.ts";
import { redriveRecord } from "#shared/domain/redrive-record.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import type { DueLetter } from "#shared/ports/redrive-store.ts";
import { loadStatement } from "#shared/sql.ts";
import type { PlayCandidate } from "./plan-candidate.ts";
import type {
  RedriveOutcome,
  RedriveOutcomes,
  Send,
} from "./redrive-outcome.ts";
import { rehearsePlays } from "./rehearse-plays.ts";

const markMended = loadStatement("queries/operate-letters/mark_mended");
const markRedriven = loadStatement("queries/redrive/mark_redriven");

/** Sends plays to their topic that would be accepted now, resolves those that are facts, and leaves the others. */
export async function redrivePlays(
  transaction: Transaction,
  plays: readonly PlayCandidate[],
  {
    by,
    nowMs,
    send,
  }: {
    readonly by: Omit<LetterAction, "action">;
    readonly nowMs: number;
    readonly send: Send;
  },
): Promise<RedriveOutcomes> {
  const outcomes = new Map<string, RedriveOutcome>();
  if (plays.length === 0) return outcomes;
  const rehearsals = await rehearsePlays(
    transaction,
    plays.map(({ value }) => value),
    nowMs,
  );
  const toSend: DueLetter[] = [];
  const landed: DueLetter[] = [];
  for (const [index, { letter, value, isMended }] of plays.entries()) {
    const rehearsal = rehearsals[index];
    if (rehearsal === undefined) throw new RangeError(`no play ${index}`);
    if (rehearsal.kind === "rejected") {
      const why = `would be rejected again, ${rehearsal.reason}: ${rehearsal.detail}`;
      outcomes.set(letter.id, { kind: "left", why });
      continue;
    }
    const isLanded = rehearsal.kind === "landed";
    const mended = { ...letter, mendedValue: isMended ? value : null };
    (isLanded ? landed : toSend).push(mended);
    outcomes.set(letter.id, { kind: isLanded ? "landed" : "redriven" });
  }
  await noteMended(transaction, [...toSend, ...landed]);
  // Nothing is sent, and somebody has asked for it all the same.
  await settleLetters(transaction, idsOf(landed), "resolved", "landed", {
    action: "redriven",
    ...by,
  });
  if (toSend.length > 0) {
    await transaction.query(markRedriven, [idsOf(toSend), by.actor, by.note]);
    await send(
      STREAM_EVENTS_TOPIC,
      toSend.map((letter) => redriveRecord(letter)),
    );
  }
  return outcomes;
}

/** The event_id too: of a record that could not be read, or that handlers died of, the letter does not know it yet. */
async function noteMended(
  transaction: Transaction,
  letters: readonly DueLetter[],
): Promise<void> {
  if (letters.length === 0) return;
  const eventIds = letters.map(({ mendedValue, record }) => {
    const play = decodeStreamEvent({ value: mendedValue ?? record.value });
    return play.ok ? play.value.eventId : null;
  });
  const mendedValues = letters.map(({ mendedValue }) =>
    mendedValue === null ? null : Buffer.from(mendedValue),
  );
  await transaction.query(markMended, [idsOf(letters), mendedValues, eventIds]);
}

const idsOf = (letters: readonly DueLetter[]): string[] =>
  letters.map(({ id }) => id);
