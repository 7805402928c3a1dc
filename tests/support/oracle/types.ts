/** One record as it was read from Kafka; `timestampMs` is the record's own timestamp, set by the broker. */
export interface OracleRecord {
  topic: string;
  partition: number;
  offset: number;
  timestampMs: number;
  key: Uint8Array | null;
  value: Uint8Array | null;
}

export interface OracleOptions {
  /** Window sizes in milliseconds: five minutes and one hour unless told otherwise. */
  minuteWindowMs?: number;
  hourWindowMs?: number;
  /** Unless given, everything is kept. */
  retention?: OracleRetention;
}

/**
 * A retention horizon that has moved once: what Kafka took before was handled by then, and the facts before the horizon
 * were deleted before anything that Kafka took since then was handled.
 */
export interface OracleRetention {
  /** Milliseconds since the epoch. */
  horizonMs: number;
  /** When it moved, by the broker's clock, in milliseconds since the epoch; 0: before everything. */
  sinceMs: number;
}

type Cell = bigint | number | string | boolean;

/** A table row by column name: times (microseconds since the epoch), counts and sums are bigint; ids and rates are number. */
export type Row = Readonly<Record<string, Cell>>;

/** Why a value holds no play (design.md, "Order of checks", first step). */
export type ShapeFault = "malformed_json" | "invalid_schema";

type RejectionReason =
  | ShapeFault
  | "conflicting_duplicate"
  | "future_timestamp"
  | "older_than_retention"
  | "unknown_reference";

export type Outcome = "accepted" | "duplicate" | `rejected:${RejectionReason}`;

/** The outcome of one record of `stream-events`; `eventId` is null where the record holds no valid play. */
export interface PlayOutcome {
  partition: number;
  offset: number;
  eventId: string | null;
  outcome: Outcome;
}

/** What the records in the topics must give; every list is sorted by its key. */
export interface ExpectedTables {
  userEngagement: Row[];
  contentPerformance: Row[];
  device: Row[];
  location: Row[];
  hourly: Row[];
  /** Those that retention has left; the metric tables are of all that there ever were. */
  facts: Row[];
  outcomes: PlayOutcome[];
  outcomeCounts: Record<Outcome, number>;
  /** Ids with several acceptable payloads: which one becomes the fact depends on who commits first. */
  conflictingIds: string[];
  /** Ids read more than once whose single outcomes depend on the order or the cut of the micro-batches. */
  orderDependentIds: string[];
}
