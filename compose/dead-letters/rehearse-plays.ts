import { isDeepStrictEqual } from "node:util";

import { splitRecords } from "#functions/aggregate-micro-batch/split-records.ts";
import {
  compareStaged,
  stagePlays,
} from "#shared/adapters/postgres/compare-plays.ts";
import { readSuspects } from "#shared/adapters/postgres/read-suspects.ts";
import type { Transaction } from "#shared/adapters/postgres/session.ts";
import { judgeSuspects } from "#shared/domain/judge-suspects.ts";
import type { StreamEvent } from "#shared/domain/stream-event.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";

/** What would become of a play that were sent now. */
export type Rehearsal =
  | { readonly kind: "accepted" }
  /** It is a fact already, with this payload. */
  | { readonly kind: "landed" }
  | {
      readonly kind: "rejected";
      readonly reason: string;
      readonly detail: string;
    };

/**
 * Judges values as the aggregation would judge them at this moment, one after the other, by its own rules and in its own
 * order, and writes nothing but the session's staging table.
 */
export async function rehearsePlays(
  transaction: Transaction,
  values: readonly (Uint8Array | null)[],
  nowMs: number,
): Promise<Rehearsal[]> {
  const microBatch = splitRecords(
    STREAM_EVENTS_TOPIC,
    values.map((value, offset) => ({
      topic: STREAM_EVENTS_TOPIC,
      partition: 0,
      offset,
      timestampMs: nowMs,
      key: null,
      value,
      headers: [],
    })),
  );
  await stagePlays(transaction, microBatch.plays);
  const judgement = judgeSuspects(
    microBatch,
    await readSuspects(transaction),
    // What is sent is a new record.
    () => false,
  );
  const isLanded = await compareStaged(
    transaction,
    microBatch.plays.map(({ ordinal }) => ordinal),
  );
  const plays = new Map(
    microBatch.plays.map(({ ordinal, event }) => [ordinal, event]),
  );
  const firstOfId = new Map<string, StreamEvent>();
  return values.map((_, ordinal) => {
    const rejection =
      microBatch.rejections.get(ordinal) ?? judgement.rejections.get(ordinal);
    if (rejection !== undefined) {
      const { reason, detail } = rejection;
      return { kind: "rejected", reason, detail };
    }
    const hasSamePayload = isLanded.get(ordinal) ?? null;
    if (hasSamePayload === true) return { kind: "landed" };
    if (hasSamePayload === false) return conflict("is a fact");
    const play = plays.get(ordinal);
    if (play === undefined) throw new RangeError(`no play ${ordinal}`);
    const first = firstOfId.get(play.eventId) ?? play;
    firstOfId.set(play.eventId, first);
    return isDeepStrictEqual(play, first)
      ? { kind: "accepted" }
      : conflict("is sent before it");
  });
}

function conflict(rival: string): Rehearsal {
  return {
    kind: "rejected",
    reason: "conflicting_duplicate",
    detail: `/event_id: a play with this id and another payload ${rival}`,
  };
}
