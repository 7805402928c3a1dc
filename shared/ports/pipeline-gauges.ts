import type { RecordAge } from "#shared/domain/topic-lag.ts";

/** Windows of one size. */
export interface WindowCounts {
  readonly kind: string;
  readonly openCount: number;
  readonly closedCount: number;
  /** Complete, and not published yet. */
  readonly dueCount: number;
  /** Published, and to be revised because late plays came. */
  readonly markedCount: number;
  /** RFC 3339, UTC; null before the first window closed. */
  readonly closedUntil: string | null;
}

/** How far the windows of a topic's plays are. */
export interface WindowGauges {
  /** RFC 3339, UTC; null before every partition has been heard of. */
  readonly watermark: string | null;
  /** How far it is behind the database's clock, never below zero; null without a watermark. */
  readonly watermarkDelaySeconds: number | null;
  readonly windows: readonly WindowCounts[];
}

/** Dead letters by state. */
export interface LetterGauges {
  readonly waiting: number;
  /** What the next redrive takes: letters, and references that have just arrived. */
  readonly due: number;
  /** Sent again, and not heard of yet. */
  readonly redriven: number;
  readonly resolved: number;
  readonly buried: number;
  /** When the record that has waited longest was first seen, RFC 3339, UTC; null where none waits. */
  readonly oldestWaitingAt: string | null;
  /** How long ago that is by the database's clock. */
  readonly oldestWaitingSeconds: number | null;
}

/** What the database says of the pipeline at this moment; reads only, one reading at a time. */
export interface PipelineGauges {
  readWindows(topic: string): Promise<WindowGauges>;
  /** Of every partition whose records have been handled. */
  readRecordAges(): Promise<RecordAge[]>;
  readLetters(): Promise<LetterGauges>;
}
