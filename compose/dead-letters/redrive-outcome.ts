import type { OutgoingRecord } from "#shared/ports/record-publisher.ts";
import type { Untouched } from "./lock-letters.ts";

/** What became of a letter that was to be sent again. */
export type RedriveOutcome =
  | {
      readonly kind:
        /** A play, sent to its topic. */
        | "redriven"
        /** A dimension's version that was mended, sent to its topic as a new one. */
        | "replaced"
        /** A dimension's version, applied as of the record that was rejected. */
        | "applied"
        /** The dimension has a newer version. */
        | "superseded"
        /** The play is a fact already. */
        | "landed";
    }
  | Untouched;

/** By letter id. */
export type RedriveOutcomes = ReadonlyMap<string, RedriveOutcome>;

/** Sends records to a topic. */
export type Send = (
  topic: string,
  records: readonly OutgoingRecord[],
) => Promise<void>;
