import { splitRecords } from "#functions/aggregate-micro-batch/split-records.ts";
import type { MicroBatch } from "#shared/domain/micro-batch.ts";
import { serializePlay } from "#shared/domain/plays/serialize-play.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";

import { makePlay, microsOf, type PlayTraits } from "./make-play.ts";

/** What a test says of a play's record; the play's own traits are beside it. */
export interface RecordTraits extends PlayTraits {
  /** 0 unless given. */
  readonly partition?: number;
  /** The play's small number unless given. */
  readonly offset?: number;
  /** When the broker took the record, RFC 3339; an hour or two after the plays unless given, a millisecond later per offset. */
  readonly takenAt?: string;
  /** The play's JSON is changed by this before it becomes bytes. */
  readonly rewrite?: (json: string) => string;
}

const TAKEN_AT_MS = microsOf("2026-01-15T14:00:00Z") / 1000;
const textEncoder = new TextEncoder();

/** The record of `stream-events` that carries a play. */
export function makeRecord({
  partition = 0,
  offset,
  takenAt,
  rewrite = (json) => json,
  ...traits
}: RecordTraits): KafkaRecord {
  const play = makePlay(traits);
  const ownOffset = offset ?? traits.id;
  return {
    topic: STREAM_EVENTS_TOPIC,
    partition,
    offset: ownOffset,
    timestampMs:
      takenAt === undefined
        ? TAKEN_AT_MS + ownOffset
        : Math.floor(microsOf(takenAt) / 1000),
    key: textEncoder.encode(play.eventId),
    value: textEncoder.encode(rewrite(serializePlay(play))),
    headers: [],
  };
}

/** The records of these plays as one micro-batch, decoded as the handler decodes them. */
export function makeMicroBatch(traits: readonly RecordTraits[]): MicroBatch {
  return splitRecords(STREAM_EVENTS_TOPIC, traits.map(makeRecord));
}
