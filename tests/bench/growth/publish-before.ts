import { publishWindows } from "#functions/close-windows/close-due-windows.ts";
import { createWindowStore } from "#shared/adapters/postgres/window-store.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import { MOST_DELAY_HOURS } from "../shape-play.ts";

const EPOCH = "timestamptz '1970-01-01 00:00:00+00'";

/** Every window that holds a fact of that time. */
const MARK = `
  insert into revision_marks (window_kind, window_start, late_count)
  select distinct f.window_kind, date_bin(f.window_size, e."timestamp", ${EPOCH}), 1
  from stream_events e cross join window_frontiers f
  where e."timestamp" >= $1::timestamptz - interval '${MOST_DELAY_HOURS} hours'`;

/**
 * Publishes the windows that the backlog's late plays fall into, as the pipeline would have done with the facts that were put
 * straight into the table: else the first late play would publish thousands of rows, where it is to revise one.
 *
 * @param from RFC 3339, where the backlog begins
 */
export async function publishBefore(
  urls: { readonly owner: string; readonly closer: string },
  from: string,
): Promise<void> {
  await selectRows(urls.owner, MARK, [from]);
  const store = createWindowStore({
    databaseUrl: urls.closer,
    applicationName: "bench",
    transactionTimeoutMs: 60_000,
    topic: STREAM_EVENTS_TOPIC,
    allowedLatenessMs: 0,
  });
  try {
    await publishWindows(store, 0);
  } finally {
    await store.close();
  }
}
