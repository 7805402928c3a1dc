import type { Declaration } from "#compose/serverless/declaration.ts";
import type { Session } from "#shared/adapters/postgres/session.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import type { TopicOffsets } from "#shared/ports/topic-offsets.ts";
import { loadStatement } from "#shared/sql.ts";
import { measureLag, type TopicProgress } from "./measure-lag.ts";

/** Windows of one size. */
export interface WindowStatus {
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

/** Plays that came after their window had closed. */
export interface LateWindow {
  readonly kind: string;
  /** Start of the window, RFC 3339, UTC. */
  readonly start: string;
  readonly lateCount: number;
  /** From the window's end until the broker took the record that came last, whole seconds. */
  readonly greatestLatenessSeconds: number;
}

/** A topic as its consumer group stands to it. */
export interface TopicStatus extends TopicProgress {
  /**
   * Age of the newest handled record, by the database's clock, of the partition that is furthest behind: no unhandled
   * record is older. Zero without lag; null while no record of such a partition has been handled.
   */
  readonly lagSeconds: number | null;
}

/** What Kafka and Postgres say at one moment. */
export interface Status {
  /** RFC 3339, UTC. */
  readonly readAt: string;
  readonly topics: readonly TopicStatus[];
  /** RFC 3339, UTC; null before every partition has been heard of. */
  readonly watermark: string | null;
  /** How far it is behind the database's clock, never below zero; null without a watermark. */
  readonly watermarkDelaySeconds: number | null;
  readonly windows: readonly WindowStatus[];
  readonly plays: {
    /** Plays with an outcome, whichever. */
    readonly handled: number;
    readonly accepted: number;
    readonly duplicate: number;
    readonly redelivered: number;
    /** Those of the accepted ones whose window had closed. */
    readonly late: number;
  };
  /** Windows that plays came too late for, newest first, five at most. */
  readonly lateWindows: readonly LateWindow[];
  /** Dead letters by state. */
  readonly letters: {
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
  };
  /** Reason code -> number of records, over all source topics. */
  readonly rejected: Readonly<Record<string, number>>;
}

/** What the status is read from. */
export interface StatusSources {
  readonly declaration: Declaration;
  readonly offsets: TopicOffsets;
  readonly session: Session;
}

const readOutcomes = loadStatement("queries/read-status/read_outcomes");
const readLetters = loadStatement("queries/read-status/read_letters");
const readNewestRecords = loadStatement(
  "queries/read-status/read_newest_records",
);
const readWatermarkDelay = loadStatement(
  "queries/close-windows/read_watermark_delay",
);
const readWindows = loadStatement("queries/read-status/read_windows");
const readLateWindows = loadStatement("queries/read-status/read_late_windows");

/** Reads the status; throws what the adapters throw when Kafka or Postgres does not answer. */
export async function readStatus({
  declaration,
  offsets,
  session,
}: StatusSources): Promise<Status> {
  const [
    progress,
    { outcomes, windows, delays, letters, lateWindows, newestRecords },
  ] = await Promise.all([
    measureLag(declaration, offsets),
    session.transaction(async (transaction) => ({
      outcomes: await transaction.query<OutcomeRow>(readOutcomes),
      windows: await transaction.query<WindowRow>(readWindows, [
        STREAM_EVENTS_TOPIC,
      ]),
      delays: await transaction.query<DelayRow>(readWatermarkDelay, [
        STREAM_EVENTS_TOPIC,
      ]),
      letters: await transaction.query<LettersRow>(readLetters),
      lateWindows: await transaction.query<LateWindowRow>(readLateWindows),
      newestRecords:
        await transaction.query<NewestRecordRow>(readNewestRecords),
    })),
  ]);
  return {
    readAt: new Date().toISOString(),
    topics: progress.map((topic) => ({
      ...topic,
      lagSeconds: measureLagSeconds(topic, newestRecords),
    })),
    watermark: windows[0]?.watermark ?? null,
    watermarkDelaySeconds:
      delays[0] === undefined ? null : delays[0].delay_ms / 1000,
    windows: windows.map((row) => ({
      kind: row.window_kind,
      openCount: Number(row.open_count),
      closedCount: Number(row.closed_count),
      dueCount: Number(row.due_count),
      markedCount: Number(row.marked_count),
      closedUntil: row.closed_until,
    })),
    lateWindows: lateWindows.map((row) => ({
      kind: row.window_kind,
      start: row.window_start,
      lateCount: Number(row.late_count),
      greatestLatenessSeconds: Number(row.greatest_lateness_seconds),
    })),
    letters: describeLetters(letters[0]),
    ...sumOutcomes(outcomes),
  };
}

/** Returns a topic's lag in seconds, see `TopicStatus`. */
export function measureLagSeconds(
  { topic, partitionsBehind }: TopicProgress,
  newestRecords: readonly NewestRecordRow[],
): number | null {
  if (partitionsBehind.length === 0) return 0;
  const ages = newestRecords
    .filter(
      (row) => row.topic === topic && partitionsBehind.includes(row.partition),
    )
    .map((row) => row.age_seconds);
  return ages.length === 0 ? null : Math.max(...ages);
}

function describeLetters(row: LettersRow | undefined): Status["letters"] {
  return {
    waiting: Number(row?.waiting_count ?? 0),
    due: Number(row?.due_count ?? 0),
    redriven: Number(row?.redriven_count ?? 0),
    resolved: Number(row?.resolved_count ?? 0),
    buried: Number(row?.buried_count ?? 0),
    oldestWaitingAt: row?.oldest_waiting_at ?? null,
    oldestWaitingSeconds: row?.oldest_waiting_seconds ?? null,
  };
}

function sumOutcomes(
  rows: readonly OutcomeRow[],
): Pick<Status, "plays" | "rejected"> {
  const rejected: Record<string, number> = {};
  for (const { rejected_counts: counts } of rows) {
    for (const [reason, count] of Object.entries(counts))
      rejected[reason] = (rejected[reason] ?? 0) + count;
  }
  const plays = rows.find(({ topic }) => topic === STREAM_EVENTS_TOPIC);
  const accepted = Number(plays?.accepted_count ?? 0);
  const duplicate = Number(plays?.duplicate_count ?? 0);
  const rejectedPlays = Object.values(plays?.rejected_counts ?? {}).reduce(
    (total, count) => total + count,
    0,
  );
  return {
    plays: {
      handled: accepted + duplicate + rejectedPlays,
      accepted,
      duplicate,
      redelivered: Number(plays?.redelivered_count ?? 0),
      late: Number(plays?.late_count ?? 0),
    },
    rejected,
  };
}

interface OutcomeRow {
  readonly topic: string;
  // bigint arrives as text.
  readonly accepted_count: string;
  readonly duplicate_count: string;
  readonly redelivered_count: string;
  readonly late_count: string;
  readonly rejected_counts: Readonly<Record<string, number>>;
}

interface DelayRow {
  readonly delay_ms: number;
}

/** A partition with the age of its newest handled record. */
export interface NewestRecordRow {
  readonly topic: string;
  readonly partition: number;
  readonly age_seconds: number;
}

interface LettersRow {
  readonly waiting_count: string;
  readonly due_count: string;
  readonly redriven_count: string;
  readonly resolved_count: string;
  readonly buried_count: string;
  readonly oldest_waiting_at: string | null;
  readonly oldest_waiting_seconds: number | null;
}

interface LateWindowRow {
  readonly window_kind: string;
  readonly window_start: string;
  readonly late_count: string;
  readonly greatest_lateness_seconds: string;
}

interface WindowRow {
  readonly window_kind: string;
  readonly watermark: string | null;
  readonly closed_until: string | null;
  readonly closed_count: string;
  readonly open_count: string;
  readonly due_count: string;
  readonly marked_count: string;
}
