import type { RecordOutcome } from "#shared/domain/ledger.ts";

/** Numbers of a micro-batch for its line in the log. */
export type OutcomeSummary = {
  readonly accepted: number;
  readonly duplicate: number;
  readonly late: number;
  /** Reason code to number of records. */
  readonly rejected: Readonly<Record<string, number>>;
};

/** Counts the outcomes of a micro-batch. */
export function summarizeOutcomes(
  outcomes: readonly RecordOutcome[],
): OutcomeSummary {
  const rejected: Record<string, number> = {};
  const counts = { accepted: 0, duplicate: 0, late: 0 };
  for (const { outcome } of outcomes) {
    if (outcome.kind === "rejected") {
      rejected[outcome.reason] = (rejected[outcome.reason] ?? 0) + 1;
    } else {
      counts[outcome.kind] += 1;
      if (outcome.kind === "accepted" && outcome.isLate) counts.late += 1;
    }
  }
  return { ...counts, rejected };
}
