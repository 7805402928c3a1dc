import type { Declaration } from "#compose/serverless/declaration.ts";
import {
  readLetters,
  readRecordAges,
  readWindows,
} from "#shared/adapters/postgres/pipeline-gauges.ts";
import type { Session } from "#shared/adapters/postgres/session.ts";
import { measureLagSeconds } from "#shared/domain/topic-lag.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import type {
  LetterGauges,
  WindowGauges,
} from "#shared/ports/pipeline-gauges.ts";
import type { TopicOffsets } from "#shared/ports/topic-offsets.ts";
import { loadStatement } from "#shared/sql.ts";
import { measureLag, type TopicProgress } from "./measure-lag.ts";

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
  /** See `measureLagSeconds`. */
  readonly lagSeconds: number | null;
}

/** What Kafka and Postgres say at one moment. */
export interface Status extends WindowGauges {
  /** RFC 3339, UTC. */
  readonly readAt: string;
  readonly topics: readonly TopicStatus[];
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
  readonly letters: LetterGauges;
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
const readLateWindows = loadStatement("queries/read-status/read_late_windows");

/** Reads the status; throws what the adapters throw when Kafka or Postgres does not answer. */
export async function readStatus({
  declaration,
  offsets,
  session,
}: StatusSources): Promise<Status> {
  const [progress, { outcomes, windows, letters, lateWindows, recordAges }] =
    await Promise.all([
      measureLag(declaration, offsets),
      session.transaction(async (transaction) => ({
        outcomes: await transaction.query<OutcomeRow>(readOutcomes),
        windows: await readWindows(transaction, STREAM_EVENTS_TOPIC),
        letters: await readLetters(transaction),
        lateWindows: await transaction.query<LateWindowRow>(readLateWindows),
        recordAges: await readRecordAges(transaction),
      })),
    ]);
  return {
    readAt: new Date().toISOString(),
    topics: progress.map((topic) => ({
      ...topic,
      lagSeconds: measureLagSeconds(topic.topic, topic, recordAges),
    })),
    ...windows,
    lateWindows: lateWindows.map((row) => ({
      kind: row.window_kind,
      start: row.window_start,
      lateCount: Number(row.late_count),
      greatestLatenessSeconds: Number(row.greatest_lateness_seconds),
    })),
    letters,
    ...sumOutcomes(outcomes),
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

interface LateWindowRow {
  readonly window_kind: string;
  readonly window_start: string;
  readonly late_count: string;
  readonly greatest_lateness_seconds: string;
}
