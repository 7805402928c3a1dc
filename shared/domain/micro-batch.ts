import type { KafkaRecord } from "./record.ts";
import type { Rejection } from "./rejection.ts";
import type { StreamEvent } from "./stream-event.ts";

/** A play and its record's place in the micro-batch. */
export interface DecodedPlay {
  /** Index into the micro-batch's records. */
  readonly ordinal: number;
  readonly partition: number;
  readonly offset: number;
  /** More than the tolerance ahead of its own record's timestamp. */
  readonly isFuture: boolean;
  readonly event: StreamEvent;
}

/** The records of one invocation, each of them either a play or rejected by its bytes. */
export interface MicroBatch {
  readonly topic: string;
  readonly records: readonly KafkaRecord[];
  readonly plays: readonly DecodedPlay[];
  /** Rejections that need no look at the database, by ordinal. */
  readonly rejections: ReadonlyMap<number, Rejection>;
}
