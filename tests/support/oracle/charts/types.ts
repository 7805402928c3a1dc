import type { Cell } from "#shared/domain/dashboards/answer.ts";
import type { Attributes } from "#tests/support/oracle/decode-dimension.ts";

/** A fact, as far as charts are about it. */
export interface Play {
  readonly userId: number;
  readonly songId: number;
  readonly artistId: number;
  readonly deviceId: number;
  readonly locationId: number;
  /** Milliseconds since the epoch, the rest of a millisecond cut off. */
  readonly playedAtMs: number;
  readonly listenSeconds: number;
  readonly isCompletePlay: boolean;
  readonly isSkipped: boolean;
  readonly isLiked: boolean;
}

/** The newest attributes of each dimension row by its id. */
export type Dimension = ReadonlyMap<number, Attributes>;

/** The dimensions that charts name things by. */
export interface Catalogue {
  readonly users: Dimension;
  readonly artists: Dimension;
  readonly songs: Dimension;
  readonly devices: Dimension;
  readonly locations: Dimension;
}

/** All that the charts are made from. */
export interface ChartSource {
  readonly plays: readonly Play[];
  readonly catalogue: Catalogue;
}

/** What a dashboard is about: half-open, in milliseconds since the epoch, both ends at a border of buckets. */
export interface ChartPeriod {
  readonly fromMs: number;
  readonly untilMs: number;
  readonly bucketMs: number;
  /** The starts of the buckets that are final; only trending songs depend on it. */
  readonly finalBuckets: ReadonlySet<number>;
}

/** Rows by the chart's id, with cells in the order of the chart's columns. */
export type ChartRows = Readonly<Record<string, readonly (readonly Cell[])[]>>;

/** What one dashboard shows of the plays of its period, which lie all within it. */
export type ExpectDashboard = (
  source: ChartSource,
  period: ChartPeriod,
) => ChartRows;
