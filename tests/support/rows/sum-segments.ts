import { loadStatement } from "#shared/sql.ts";

import type { DatabaseInUse } from "./use-database.ts";

const sumUp = loadStatement(
  "queries/close-windows/sum_user_engagement_segments",
);

/** Adds up by segment, as their publication does, all windows that a test has given metric rows of users. */
export async function sumAllSegments(database: DatabaseInUse): Promise<void> {
  await database.rows(
    "delete from user_engagement_segments; delete from user_engagement_segment_versions",
  );
  const windows = await database.list(
    "select distinct time_window from user_engagement_metrics",
  );
  for (const [start] of windows) await database.run(sumUp, [start]);
}
