import type { RecordAge } from "#shared/domain/topic-lag.ts";
import type {
  LetterGauges,
  PipelineGauges,
  WindowGauges,
} from "#shared/ports/pipeline-gauges.ts";
import { loadStatement } from "#shared/sql.ts";

import {
  createSession,
  type Session,
  type SessionOptions,
  type Transaction,
} from "./session.ts";

const readWindowRows = loadStatement("queries/read-status/read_windows");
const readWatermarkDelay = loadStatement(
  "queries/close-windows/read_watermark_delay",
);
const readNewestRecords = loadStatement(
  "queries/read-status/read_newest_records",
);
const readLetterCounts = loadStatement("queries/read-status/read_letters");

/** The gauges over a connection of their own, opened on first use: whoever works waits for none of them. */
export function createPipelineGauges(
  options: Omit<SessionOptions, "onConnect">,
): PipelineGauges & Pick<Session, "close"> {
  const session = createSession(options);
  return {
    close: () => session.close(),
    readWindows: (topic) =>
      session.transaction((transaction) => readWindows(transaction, topic)),
    readRecordAges: () => session.transaction(readRecordAges),
    readLetters: () => session.transaction(readLetters),
  };
}

export async function readWindows(
  transaction: Transaction,
  topic: string,
): Promise<WindowGauges> {
  const rows = await transaction.query<WindowRow>(readWindowRows, [topic]);
  const [delay] = await transaction.query<{ delay_ms: number }>(
    readWatermarkDelay,
    [topic],
  );
  return {
    watermark: rows[0]?.watermark ?? null,
    watermarkDelaySeconds: delay === undefined ? null : delay.delay_ms / 1000,
    windows: rows.map((row) => ({
      kind: row.window_kind,
      openCount: Number(row.open_count),
      closedCount: Number(row.closed_count),
      dueCount: Number(row.due_count),
      markedCount: Number(row.marked_count),
      closedUntil: row.closed_until,
    })),
  };
}

export async function readRecordAges(
  transaction: Transaction,
): Promise<RecordAge[]> {
  const rows = await transaction.query<{
    topic: string;
    partition: number;
    age_seconds: number;
  }>(readNewestRecords);
  return rows.map(({ topic, partition, age_seconds: ageSeconds }) => ({
    topic,
    partition,
    ageSeconds,
  }));
}

export async function readLetters(
  transaction: Transaction,
): Promise<LetterGauges> {
  const [row] = await transaction.query<LettersRow>(readLetterCounts);
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

// bigint arrives as text.
interface WindowRow {
  readonly window_kind: string;
  readonly watermark: string | null;
  readonly closed_until: string | null;
  readonly closed_count: string;
  readonly open_count: string;
  readonly due_count: string;
  readonly marked_count: string;
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
