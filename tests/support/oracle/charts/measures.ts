import type { Play } from "./types.ts";

/** A ratio; null where there is nothing to divide by. */
export const divide = (dividend: number, divisor: number): number | null =>
  divisor === 0 ? null : dividend / divisor;

/** Which part of the plays has the flag, 0 to 1; null without plays. */
export const share = (
  plays: readonly Play[],
  flag: "isCompletePlay" | "isSkipped" | "isLiked",
): number | null =>
  divide(plays.filter((play) => play[flag]).length, plays.length);

/** Seconds listened per play; null without plays. */
export const averageListenTime = (plays: readonly Play[]): number | null =>
  divide(
    plays.reduce((sum, { listenSeconds }) => sum + listenSeconds, 0),
    plays.length,
  );

/** How many different users or songs the plays are of. */
export const countDistinct = (
  plays: readonly Play[],
  id: "userId" | "songId",
): number => new Set(plays.map((play) => play[id])).size;
