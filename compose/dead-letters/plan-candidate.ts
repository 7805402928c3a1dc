import { mendRecord } from "#shared/domain/mend-record.ts";
import type { FieldChange } from "#shared/domain/field-change.ts";
import { DIMENSIONS, STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import type { DueLetter } from "#shared/ports/redrive-store.ts";

/** A play that is to be sent, mended or as it was. */
export interface PlayCandidate {
  readonly kind: "play";
  readonly letter: DueLetter;
  readonly value: Uint8Array | null;
  readonly isMended: boolean;
}

/** A new version of a dimension: its topic has to hold it, or a rebuild from the topics would lose it. */
export interface NewVersionCandidate {
  readonly kind: "new_version";
  readonly letter: DueLetter;
  readonly key: Uint8Array;
  readonly value: Uint8Array;
}

/** What an operator would send in a letter's place, or why nothing can be. */
export type Candidate =
  | PlayCandidate
  | NewVersionCandidate
  /** A version of a dimension that is applied as of the record that was rejected. */
  | { readonly kind: "version" }
  | { readonly kind: "none"; readonly why: string };

/** Makes of a letter what is to be sent: the record as it was or as it was mended before, with the changes that are asked for. */
export function planCandidate(
  letter: DueLetter,
  changes: readonly FieldChange[],
): Candidate {
  const { record, mendedValue } = letter;
  const { topic } = record;
  const value = mendedValue ?? record.value;
  const isDimension = DIMENSIONS.some((dimension) => dimension === topic);
  if (topic !== STREAM_EVENTS_TOPIC && !isDimension) {
    const why = `records of ${topic} are not sent again; export it and bury it`;
    return { kind: "none", why };
  }
  if (changes.length === 0) {
    return isDimension
      ? { kind: "version" }
      : { kind: "play", letter, value, isMended: mendedValue !== null };
  }
  const mended = mendRecord({ topic, value }, changes);
  if (!mended.ok)
    return { kind: "none", why: `still invalid: ${mended.detail}` };
  return isDimension
    ? { kind: "new_version", letter, key: mended.key, value: mended.value }
    : { kind: "play", letter, value: mended.value, isMended: true };
}
