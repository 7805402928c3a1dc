import type { Play } from "./types.ts";

/** Negative where the left text comes first by code points: UTF-8 keeps their order, UTF-16 does not. */
export const compareCodePoints = (left: string, right: string): number =>
  Buffer.compare(Buffer.from(left), Buffer.from(right));

/** Negative where the left id is the lower one. */
export const compareIds = (left: number, right: number): number => left - right;

/** Plays by what they are grouped by. */
export type Groups<Key> = ReadonlyMap<Key, readonly Play[]>;

/** A group with the plays in it. */
export type Group<Key> = readonly [key: Key, plays: readonly Play[]];

const countPlays = (plays: readonly Play[]): number => plays.length;

/** The groups with the most plays, or the largest measure, first; ties in the order of their keys. */
export const rankGroups = <Key>(
  groups: Groups<Key>,
  compareKeys: (left: Key, right: Key) => number,
  measure: (plays: readonly Play[]) => number = countPlays,
): Group<Key>[] =>
  [...groups].toSorted(
    ([leftKey, left], [rightKey, right]) =>
      measure(right) - measure(left) || compareKeys(leftKey, rightKey),
  );

/** The groups by name, in the order of code points. */
export const sortGroups = (groups: Groups<string>): Group<string>[] =>
  [...groups].toSorted(([left], [right]) => compareCodePoints(left, right));
