import Table from "cli-table3";

/** How long answers took, milliseconds. */
export interface AnswerTimes {
  readonly dashboard: string;
  readonly period: string;
  /** The first one, on a connection that has not seen the statements. */
  readonly first_ms: number;
  readonly p50_ms: number;
  readonly max_ms: number;
  /** Where nothing has changed since the browser asked last. */
  readonly unchanged_ms: number;
  /** Characters of the answer. */
  readonly size: number;
}

const LIMIT_MS = 150;

/** Names the answers whose median is at the limit or above it. */
export function judgeAnswers(answers: readonly AnswerTimes[]): string[] {
  return answers
    .filter(({ p50_ms: p50 }) => p50 >= LIMIT_MS)
    .map(
      ({ dashboard, period, p50_ms: p50 }) =>
        `${dashboard} of ${period} took ${p50} ms, expected under ${LIMIT_MS}`,
    );
}

/** The answers as a table. */
export function renderAnswers(answers: readonly AnswerTimes[]): string {
  const table = new Table({
    head: [
      "tab",
      "period",
      "first ms",
      "median ms",
      "longest ms",
      "unchanged ms",
      "size",
    ],
    style: { head: [], border: [] },
  });
  for (const answer of answers)
    table.push([
      answer.dashboard,
      answer.period,
      answer.first_ms,
      answer.p50_ms,
      answer.max_ms,
      answer.unchanged_ms,
      answer.size,
    ]);
  return table.toString();
}
