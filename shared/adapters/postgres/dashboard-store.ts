import type { DashboardName } from "#shared/domain/dashboards/answer.ts";
import type { ChartRow } from "#shared/domain/dashboards/fill-charts.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { PipelineError } from "#shared/errors.ts";
import type {
  BucketedSpan,
  DashboardState,
  DashboardStore,
  PipelineReading,
  Span,
} from "#shared/ports/dashboard-store.ts";
import { loadStatement, type Statement } from "#shared/sql.ts";

import { readLetters, readRecordAges, readWindows } from "./pipeline-gauges.ts";
import {
  createSession,
  type Session,
  type SessionOptions,
  type Transaction,
} from "./session.ts";

const prepareSession = loadStatement("session/prepare_dashboard");
const readStateRow = loadStatement("queries/dashboard/read_state");
const readPipelineState = loadStatement(
  "queries/dashboard/pipeline/read_state",
);
const readOutcomeRows = loadStatement("queries/read-status/read_outcomes");

const CHARTS: Readonly<Record<DashboardName, Statement>> = {
  pipeline: loadStatement("queries/dashboard/pipeline/read_charts"),
  "user-engagement": loadStatement(
    "queries/dashboard/user-engagement/read_charts",
  ),
  "content-performance": loadStatement(
    "queries/dashboard/content-performance/read_charts",
  ),
  geographic: loadStatement("queries/dashboard/geographic/read_charts"),
  devices: loadStatement("queries/dashboard/devices/read_charts"),
  "hourly-trends": loadStatement("queries/dashboard/hourly-trends/read_charts"),
};

/** Reads dashboards over one connection, opened on first use, that cannot write. */
export function createDashboardStore(
  options: Omit<SessionOptions, "onConnect">,
): DashboardStore & Pick<Session, "close"> {
  const session = createSession({ ...options, onConnect: [prepareSession] });
  return {
    close: () => session.close(),
    readState: (hours) => readState(session, hours),
    readPipelineFingerprint: () => readPipelineFingerprint(session),
    readCharts: (dashboard, period) =>
      session.query<ChartRow>(CHARTS[dashboard], listValues(period)),
    readPipeline: () => session.transaction(readPipeline),
  };
}

async function readState(
  session: Session,
  { fromMs, untilMs }: Span,
): Promise<DashboardState> {
  const [row] = await session.query<StateRow>(readStateRow, [
    new Date(fromMs).toISOString(),
    new Date(untilMs).toISOString(),
  ]);
  if (row?.window_seconds == null || row.hourly_seconds == null) {
    throw new PipelineError(
      "The database is not set up: it knows no window sizes. Run npm start, or invoke set-up once.",
      { code: "database_not_set_up", domain: "user" },
    );
  }
  return {
    windowMs: row.window_seconds * 1000,
    hourlyMs: row.hourly_seconds * 1000,
    newestPlayAt: row.newest_play_at,
    fingerprint: row.fingerprint,
  };
}

async function readPipelineFingerprint(session: Session): Promise<string> {
  const [row] = await session.query<{ fingerprint: string }>(readPipelineState);
  return row?.fingerprint ?? "";
}

function listValues({ fromMs, untilMs, bucketMs }: BucketedSpan): string[] {
  return [
    new Date(fromMs).toISOString(),
    new Date(untilMs).toISOString(),
    `${bucketMs} milliseconds`,
  ];
}

async function readPipeline(
  transaction: Transaction,
): Promise<PipelineReading> {
  const rows = await transaction.query<OutcomeRow>(readOutcomeRows);
  const plays = rows.find(({ topic }) => topic === STREAM_EVENTS_TOPIC);
  return {
    outcomes: {
      accepted: Number(plays?.accepted_count ?? 0),
      duplicate: Number(plays?.duplicate_count ?? 0),
      late: Number(plays?.late_count ?? 0),
      rejected: Object.values(plays?.rejected_counts ?? {}).reduce(
        (total, count) => total + count,
        0,
      ),
    },
    windows: await readWindows(transaction, STREAM_EVENTS_TOPIC),
    letters: await readLetters(transaction),
    recordAges: await readRecordAges(transaction),
  };
}

interface StateRow {
  readonly window_seconds: number | null;
  readonly hourly_seconds: number | null;
  readonly newest_play_at: string | null;
  readonly fingerprint: string;
}

interface OutcomeRow {
  readonly topic: string;
  // bigint arrives as text.
  readonly accepted_count: string;
  readonly duplicate_count: string;
  readonly late_count: string;
  readonly rejected_counts: Readonly<Record<string, number>>;
}
