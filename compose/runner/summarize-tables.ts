import Table from "cli-table3";

import { createSession } from "#shared/adapters/postgres/session.ts";
import { loadStatement } from "#shared/sql.ts";

const TRANSACTION_TIMEOUT_MS = 60_000;
const summarizeMetrics = loadStatement("queries/read-status/summarize_metrics");

interface SummaryRow {
  readonly metric_table: string;
  // bigint arrives as text.
  readonly row_count: string;
  readonly window_count: string;
  readonly stream_count: string;
  readonly first_window: string | null;
  readonly last_window: string | null;
}

/** Returns a table of what the five metric tables hold. */
export async function summarizeTables(databaseUrl: string): Promise<string> {
  const session = createSession({
    databaseUrl,
    applicationName: "summary",
    transactionTimeoutMs: TRANSACTION_TIMEOUT_MS,
  });
  try {
    const rows = await session.transaction((transaction) =>
      transaction.query<SummaryRow>(summarizeMetrics),
    );
    const table = new Table({
      head: [
        "table",
        "rows",
        "windows",
        "plays",
        "first window",
        "last window",
      ],
      colAligns: ["left", "right", "right", "right", "left", "left"],
      style: { head: [], border: [], compact: true },
    });
    for (const row of rows) {
      const counts = [row.row_count, row.window_count, row.stream_count].map(
        (count) => Number(count).toLocaleString("en-US"),
      );
      table.push([
        row.metric_table,
        ...counts,
        row.first_window ?? "none",
        row.last_window ?? "none",
      ]);
    }
    return table.toString();
  } finally {
    await session.close();
  }
}
