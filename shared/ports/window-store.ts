export type WindowKind = "minutes" | "hourly";

/** A tumbling window `[start, end)`. */
export interface Window {
  readonly kind: WindowKind;
  readonly start: Date;
  readonly end: Date;
}

/** How a window was published; `unchanged` where there was nothing left to do. */
export type Publication = "merged" | "recomputed" | "unchanged";

/** What the ledger knows of a partition; `nextOffset` follows the newest handled one. */
export interface PartitionProgress {
  readonly partition: number;
  readonly incarnation: number;
  readonly nextOffset: number;
  readonly isIdle: boolean;
  /** Nothing was handled for the idle time-out. */
  readonly isQuiet: boolean;
}

/** Micro-batches from which on folding a window's partial aggregates pays. */
export interface FoldableFrom {
  /** While the window fills. */
  readonly filling: number;
  /** Once the newest plays of every partition that is not idle are past its end; what comes still are stragglers. */
  readonly full: number;
}

/** Watermark, frontiers and windows. */
export interface WindowStore {
  /** Moves the watermark as far as the ledger allows; true when an open window ends at or before it. */
  advanceWatermark(): Promise<boolean>;
  /** How far the watermark is behind the clock; null before it first moved. */
  readWatermarkDelayMs(): Promise<number | null>;
  /** Closes what ends at or before the watermark; false when micro-batches held the lock for too long. */
  advanceFrontiers(): Promise<boolean>;
  /** Closes every window that holds plays; false when micro-batches held the lock for too long. */
  closeOpenWindows(): Promise<boolean>;
  /** Closed windows to be published or revised, first publications, then revisions, each oldest first; an interval of 0 leaves no mark out, `null` leaves out what is published already. */
  findPublishableWindows(revisionIntervalMs: number | null): Promise<Window[]>;
  /** Publishes or revises one window in one transaction under its lock. */
  publishWindow(window: Window): Promise<Publication>;
  /** Open windows with at least so many micro-batches' partial aggregates. */
  findFoldableWindows(
    from: FoldableFrom,
  ): Promise<Pick<Window, "kind" | "start">[]>;
  foldWindow(window: Pick<Window, "kind" | "start">): Promise<void>;
  /** Hours whose sums lack a published window, and of whose windows none was published for so long; newest first. */
  findRollableHours(atRestMs: number): Promise<Date[]>;
  /** Adds up the published windows of an hour, up to the first that is open; false where somebody else has, or holds one of them. */
  rollUpHour(hour: Date): Promise<boolean>;
  /** Hours whose sums by segment should follow users who have moved, those first that lack most. */
  findHoursToRegroup(): Promise<Date[]>;
  /** Has the sums of an hour by segment follow the users; false where somebody holds one of its windows. */
  regroupHour(hour: Date): Promise<boolean>;
  /** Gives up which segments users have left, where all sums have followed them; false where there was nothing to give up. */
  discardFollowedChanges(): Promise<boolean>;
  /** Runs `work` unless another closing is under way; false when it is. */
  oneAtATime(work: () => Promise<void>): Promise<boolean>;
  readProgress(idleTimeoutMs: number): Promise<PartitionProgress[]>;
  registerPartitions(partitions: readonly number[]): Promise<void>;
  markIdle(partitions: readonly PartitionProgress[]): Promise<void>;
}
