import { createTable } from "./create-table.ts";
import { formatCount } from "./format-count.ts";
import type { Status } from "./read-status.ts";

/** What is shown: the status, and what only the runner knows. */
export interface StatusView {
  readonly status: Status;
  readonly playsPerSecond: number | undefined;
  /** What the runner is doing, one line. */
  readonly phase?: string | undefined;
  /** What is going wrong at the moment, one line each. */
  readonly problems?: readonly string[] | undefined;
}

/** Returns the status as one line, for output that is no terminal. */
export function renderStatusLine({
  status,
  playsPerSecond,
  phase,
  problems = [],
}: StatusView): string {
  const lags = status.topics
    .filter(({ lag }) => lag > 0)
    .map(
      ({ topic, lag, lagSeconds }) =>
        `${topic} ${formatCount(lag)} (${formatSeconds(lagSeconds)})`,
    );
  const windows = status.windows.map(
    ({ kind, openCount, closedCount }) =>
      `${kind} ${formatCount(openCount)} open ${formatCount(closedCount)} closed`,
  );
  const { accepted, duplicate, late } = status.plays;
  return [
    status.readAt,
    ...(phase === undefined ? [] : [phase]),
    `plays/s ${formatRate(playsPerSecond)}`,
    `lag ${lags.length === 0 ? "0" : lags.join(" ")}`,
    `watermark ${formatWatermark(status)}`,
    `windows ${windows.length === 0 ? "none" : windows.join(", ")}`,
    `accepted ${formatCount(accepted)}`,
    `duplicate ${formatCount(duplicate)}`,
    `late ${formatCount(late)}`,
    `rejected ${formatRejected(status)}`,
    `dead letters ${formatLetters(status)}`,
    ...problems.map((problem) => `PROBLEM ${problem}`),
  ].join(" | ");
}

/** Returns the status as tables, 23 lines when all is well: a terminal may have no more than 24. */
export function renderStatusTables(view: StatusView): string {
  const { status, playsPerSecond, phase, problems = [] } = view;
  const { accepted, duplicate, late } = status.plays;
  const topics = createTable(
    ["topic", "records", "lag", "behind"],
    ["left", "right", "right", "right"],
  );
  for (const { topic, endOffsetSum, lag, lagSeconds } of status.topics)
    topics.push([
      topic,
      ...[endOffsetSum, lag].map(formatCount),
      formatSeconds(lagSeconds),
    ]);
  const windows = createTable(
    ["windows", "open", "due", "to revise", "closed", "closed until"],
    ["left", "right", "right", "right", "right", "left"],
  );
  for (const {
    kind,
    openCount,
    dueCount,
    markedCount,
    closedCount,
    closedUntil,
  } of status.windows) {
    windows.push([
      kind,
      ...[openCount, dueCount, markedCount, closedCount].map(formatCount),
      closedUntil ?? "none",
    ]);
  }
  return [
    ...(phase === undefined ? [] : [phase]),
    [
      `plays/s ${formatRate(playsPerSecond)}`,
      `accepted ${formatCount(accepted)}`,
      `duplicate ${formatCount(duplicate)}`,
      `late ${formatCount(late)}`,
      `watermark ${formatWatermark(status)}`,
    ].join("   "),
    `rejected ${formatRejected(status)}`,
    `dead letters ${formatLetters(status)}`,
    topics.toString(),
    windows.toString(),
    ...formatLateWindows(status),
    ...problems.map((problem) => `PROBLEM: ${problem}`),
  ].join("\n");
}

function formatRejected({ rejected }: Status): string {
  const reasons = Object.entries(rejected).filter(([, count]) => count > 0);
  if (reasons.length === 0) return "0";
  const total = reasons.reduce((sum, [, count]) => sum + count, 0);
  return `${formatCount(total)} (${reasons.map(([reason, count]) => `${reason} ${formatCount(count)}`).join(", ")})`;
}

/** One line, or none where no play came late. */
function formatLateWindows({ lateWindows }: Status): string[] {
  if (lateWindows.length === 0) return [];
  const windows = lateWindows.map(
    ({ kind, start, lateCount, greatestLatenessSeconds }) =>
      `${kind} ${start} ${formatCount(lateCount)} up to ${formatCount(greatestLatenessSeconds)} s`,
  );
  return [`late for ${windows.join(", ")}`];
}

function formatLetters({ letters }: Status): string {
  const { waiting, redriven, resolved, buried } = letters;
  const oldest = `${letters.oldestWaitingAt ?? "now"} (${formatSeconds(letters.oldestWaitingSeconds)})`;
  const counts = {
    [`waiting since ${oldest}`]: waiting,
    redriven,
    resolved,
    buried,
  };
  const shown = Object.entries(counts)
    .filter(([, count]) => count > 0)
    .map(([state, count]) => `${formatCount(count)} ${state}`);
  return shown.length === 0 ? "0" : shown.join(", ");
}

function formatWatermark(status: Status): string {
  return status.watermark === null
    ? "none"
    : `${status.watermark} (${formatSeconds(status.watermarkDelaySeconds)} behind)`;
}

function formatSeconds(seconds: number | null): string {
  return seconds === null ? "-" : `${formatCount(Math.round(seconds))} s`;
}

function formatRate(playsPerSecond: number | undefined): string {
  return playsPerSecond === undefined
    ? "-"
    : formatCount(Math.round(playsPerSecond));
}
