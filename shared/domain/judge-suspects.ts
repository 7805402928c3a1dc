import type { MicroBatch, DecodedPlay } from "./micro-batch.ts";
import type { RecordPosition } from "./record.ts";
import type { MissingReference, Rejection } from "./rejection.ts";
import { formatTimestamp } from "./timestamp.ts";

/** A play that cannot simply be inserted. */
export interface Suspect {
  readonly ordinal: number;
  readonly isFuture: boolean;
  /** The retention horizon where the play lies before it, microseconds since the epoch; else null. */
  readonly passedHorizonMicros: number | null;
  readonly missingReferences: readonly MissingReference[];
  /** Null: no fact has its event_id yet. */
  readonly hasPayloadOfFact: boolean | null;
}

/** What to do with the suspects of a micro-batch, by ordinal. */
export interface Judgement {
  readonly rejections: Map<number, Rejection>;
  readonly duplicates: Set<number>;
  /** An earlier play of this micro-batch has the same event_id: to be compared once that is a fact. */
  readonly deferred: Set<number>;
}

/**
 * The order of checks for a play: already a fact, from the future, before the retention horizon, missing references. One
 * before the horizon whose record was handled before has had its outcome while its fact was still there: it comes to
 * nothing, as it would with the fact, and is a duplicate.
 *
 * @param isHandled whether a record was handled before
 */
export function judgeSuspects(
  microBatch: MicroBatch,
  suspects: readonly Suspect[],
  isHandled: (position: RecordPosition) => boolean,
): Judgement {
  const judgement: Judgement = {
    rejections: new Map(),
    duplicates: new Set(),
    deferred: new Set(),
  };
  if (suspects.length === 0) return judgement;
  const suspectOrdinals = new Set(suspects.map(({ ordinal }) => ordinal));
  const first = firstOfEqualIds(
    microBatch.plays.filter(({ ordinal }) => !suspectOrdinals.has(ordinal)),
  );
  const plays = new Map(microBatch.plays.map((play) => [play.ordinal, play]));

  for (const suspect of suspects) {
    const { ordinal, passedHorizonMicros } = suspect;
    const record = microBatch.records[ordinal];
    const play = plays.get(ordinal);
    if (record === undefined || play === undefined)
      throw new RangeError(`the micro-batch has no play ${ordinal}`);
    const rival = first.get(play.event.eventId);
    if (passedHorizonMicros !== null && isHandled(record)) {
      judgement.duplicates.add(ordinal);
    } else if (suspect.hasPayloadOfFact === true) {
      judgement.duplicates.add(ordinal);
    } else if (suspect.hasPayloadOfFact === false) {
      judgement.rejections.set(
        ordinal,
        conflictingDuplicate(microBatch, ordinal),
      );
    } else if (rival !== undefined && comparePositions(rival, play) < 0) {
      judgement.deferred.add(ordinal);
    } else if (suspect.isFuture) {
      const detail =
        "/timestamp: expected at most 5 minutes after the record's own timestamp";
      judgement.rejections.set(ordinal, {
        record,
        reason: "future_timestamp",
        detail,
      });
    } else if (passedHorizonMicros !== null) {
      const horizon = formatTimestamp(passedHorizonMicros);
      judgement.rejections.set(ordinal, {
        record,
        reason: "older_than_retention",
        detail: `/timestamp: expected ${horizon} or later, as the plays before have been given up`,
      });
    } else {
      const { missingReferences } = suspect;
      const names = missingReferences
        .map(({ dimension, id }) => `${dimension} ${id}`)
        .join(", ");
      const detail = `expected these to exist: ${names}`;
      judgement.rejections.set(ordinal, {
        record,
        reason: "unknown_reference",
        detail,
        missingReferences,
      });
    }
  }
  return judgement;
}

/** The rejection of a play whose event_id is a fact with another payload. */
export function conflictingDuplicate(
  microBatch: MicroBatch,
  ordinal: number,
): Rejection {
  const record = microBatch.records[ordinal];
  if (record === undefined)
    throw new RangeError(`the micro-batch has no record ${ordinal}`);
  return {
    record,
    reason: "conflicting_duplicate",
    detail: "/event_id: a play with this id and another payload is a fact",
  };
}

function firstOfEqualIds(
  plays: readonly DecodedPlay[],
): Map<string, DecodedPlay> {
  const first = new Map<string, DecodedPlay>();
  for (const play of plays) {
    const known = first.get(play.event.eventId);
    if (known === undefined || comparePositions(play, known) < 0)
      first.set(play.event.eventId, play);
  }
  return first;
}

function comparePositions(a: DecodedPlay, b: DecodedPlay): number {
  return a.partition - b.partition || a.offset - b.offset;
}
