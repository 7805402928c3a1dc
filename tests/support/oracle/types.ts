/** One record as it was read from Kafka; `timestampMs` is the record's own timestamp, set by the broker. */
export interface OracleRecord {
  topic: string;
  partition: number;
  offset: number;
  timestampMs: number;
  key: Uint8Array | null;
  value: Uint8Array | null;
}

/** A retention horizon that has moved once. */
export interface OracleRetention {
  /** Milliseconds since the epoch (hour-aligned). */
  horizonMs: number;
  /**
   * When it moved, by the broker's clock, in milliseconds since the epoch; 0: before everything. Records of every topic with an earlier timestamp
   * were handled before the horizon moved; then the facts before the horizon were deleted; then the records with this or a later timestamp were handled.
   */
  sinceMs: number;
}

/** Window sizes in milliseconds, five minutes and one hour unless told otherwise; without `retention` facts are kept for ever. */
export interface OracleOptions {
  minuteWindowMs?: number;
  hourWindowMs?: number;
  retention?: OracleRetention;
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

/**
 * What the records in the topics must give; every list is sorted by its key.
 * The metric tables are of all facts that there ever were, `facts` of those that retention has left.
 */
export interface ExpectedTables {
  userEngagement: Row[];
  contentPerformance: Row[];
  device: Row[];
  location: Row[];
  hourly: Row[];
  facts: Row[];
  outcomes: PlayOutcome[];
  outcomeCounts: Record<Outcome, number>;
  /**
   * Ids with several acceptable payloads: which one becomes the fact depends on who commits first.
   * Never for payloads on both sides of the horizon's move, as that decides who was first.
   */
  conflictingIds: string[];
  /**
   * Ids read more than once whose single outcomes depend on the order or the cut of the micro-batches.
   * Once before and once after the horizon's move depends on neither.
   */
  orderDependentIds: string[];
}
