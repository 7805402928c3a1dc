import type {
  Chart,
  DashboardAnswer,
} from "#shared/domain/dashboards/answer.ts";

/** Whether a period has no plays: no chart has a number other than 0. What the pipeline does is never nothing. */
export function isEmptyAnswer({ dashboard, charts }: DashboardAnswer): boolean {
  return dashboard !== "pipeline" && charts.every(isEmptyChart);
}

function isEmptyChart({ columns, rows }: Chart): boolean {
  return rows.every((row) =>
    row.every(
      (cell, index) =>
        columns[index]?.role !== "value" ||
        typeof cell !== "number" ||
        cell === 0,
    ),
  );
}
