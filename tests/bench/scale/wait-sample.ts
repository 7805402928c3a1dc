/** A session that is in the way of another one, or waits itself. */
export interface SampledSession {
  readonly pid: number;
  readonly role: string;
  readonly application: string;
  /** What it runs, or ran last while its transaction stays open. */
  readonly statement: string;
}

/** One session that waited at one moment, as pg_stat_activity and pg_locks show it. */
export interface SampledWait extends SampledSession {
  /** `Lock`: for another transaction or the closer's cut; `LWLock`: for a structure in memory. */
  readonly type: string;
  /** Such as `transactionid`, `advisory`, `extend` or `WALWrite`. */
  readonly event: string;
  /** When it began to wait for the lock, milliseconds since the epoch; null for what pg_locks does not know. */
  readonly since_ms: number | null;
  /** Sessions that hold the lock, or wait for it ahead of this one; none where it was granted in that instant. */
  readonly blockers: readonly SampledSession[];
}

/** All that waited at one moment, milliseconds since the epoch by the server's clock. */
export interface WaitSample {
  readonly at_ms: number;
  readonly waits: readonly SampledWait[];
}
