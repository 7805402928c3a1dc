/** What is kept for a time that a setting gives. */
export const KEPT = ["facts", "ledger", "dead_letters", "revisions"] as const;
export type Kept = (typeof KEPT)[number];

/** Stored horizons, and the deletion of what lies before them. */
export interface RetentionStore {
  /**
   * Moves a horizon to so long ago, never back, and not past what is unfinished; false when micro-batches held the lock
   * for too long.
   */
  advanceHorizon(kept: Kept, retentionMs: number): Promise<boolean>;
  /** Deletes up to `limit` rows that lie before the stored horizon, in one transaction; returns how many. */
  removeBeforeHorizon(kept: Kept, limit: number): Promise<number>;
}
