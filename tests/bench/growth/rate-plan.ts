import type { IdOrder } from "../shape-play.ts";

/** A backlog, what is there before it, and how it is worked off. */
export interface RatePlan {
  readonly plays: number;
  /** Facts that are in the table before. */
  readonly facts: number;
  readonly ids: IdOrder;
  /** Share of the plays, 0 to 1, that come hours or days late. */
  readonly lateShare: number;
  readonly users: number;
  readonly partitions: number;
  /** In place of serverless.yml's. */
  readonly batchSize?: number;
  /** Execution environments, in place of serverless.yml's. */
  readonly environments?: number;
}

/** A backlog like that of `npm run bench`, on an empty table. */
export const planPlainRate = (plays: number): RatePlan => ({
  plays,
  facts: 0,
  ids: "time-ordered",
  lateShare: 0,
  users: 10_000,
  partitions: 10,
});
