import type { Dimension } from "#shared/domain/topics.ts";

/** The states of a letter's life. */
export const LETTER_STATES = [
  "waiting",
  "redriven",
  "resolved",
  "buried",
] as const;
export type LetterState = (typeof LETTER_STATES)[number];

/** A record's place in Kafka, as people and letters name it: `<topic>-<partition>-<offset>`. */
export interface NamedPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
}

/** Which letters are meant: all that fit every field that is given; written to Postgres as it is. */
export interface LetterFilter {
  readonly ids?: readonly string[];
  /** Letters at these places are meant as well as those of `ids`. */
  readonly positions?: readonly NamedPosition[];
  readonly reasons?: readonly string[];
  readonly topics?: readonly string[];
  readonly states?: readonly LetterState[];
  /** Whose record Kafka took in `[from, to)`; RFC 3339. */
  readonly from?: string;
  readonly to?: string;
  /** Which lack this dimension's row, or any of the dimension. */
  readonly reference?: { readonly dimension: Dimension; readonly id?: number };
}

/** Whether a letter of the dead-letter topic, which has neither id nor state yet, fits. */
export function fitsLetter(
  filter: Pick<
    LetterFilter,
    "reasons" | "topics" | "from" | "to" | "reference"
  >,
  letter: {
    readonly reason: string;
    readonly record: { readonly topic: string; readonly timestampMs: number };
    readonly missingReferences: readonly {
      readonly dimension: string;
      readonly id: number;
    }[];
  },
): boolean {
  const { reasons, topics, from, to, reference } = filter;
  const { topic, timestampMs } = letter.record;
  return (
    (reasons === undefined || reasons.includes(letter.reason)) &&
    (topics === undefined || topics.includes(topic)) &&
    (from === undefined || timestampMs >= Date.parse(from)) &&
    (to === undefined || timestampMs < Date.parse(to)) &&
    (reference === undefined ||
      letter.missingReferences.some(
        ({ dimension, id }) =>
          dimension === reference.dimension &&
          (reference.id === undefined || id === reference.id),
      ))
  );
}
