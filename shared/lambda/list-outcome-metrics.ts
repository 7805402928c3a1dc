import type { Metric } from "./metric.ts";
import type { OutcomeSummary } from "./summarize-outcomes.ts";

/** What became of plays. */
export function listPlayMetrics(summary: OutcomeSummary): Metric[] {
  return [
    { name: "PlaysAccepted", value: summary.accepted },
    { name: "PlaysDuplicate", value: summary.duplicate },
    { name: "PlaysLate", value: summary.late },
    ...listRejections(summary),
  ];
}

/** What became of records that are no plays: versions of dimensions, letters. */
export function listRecordMetrics(summary: OutcomeSummary): Metric[] {
  return [
    { name: "RecordsAccepted", value: summary.accepted },
    { name: "RecordsDuplicate", value: summary.duplicate },
    ...listRejections(summary),
  ];
}

function listRejections({ rejected }: OutcomeSummary): Metric[] {
  return Object.entries(rejected).map(([reason, value]) => ({
    name: "RecordsRejected",
    value,
    dimensions: { reason },
  }));
}
