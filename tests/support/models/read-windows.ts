import type { DatabaseInUse } from "#tests/support/rows/use-database.ts";

import { BEGINNING_MS } from "./model-plays.ts";
import type { Kind, WindowView } from "./window-model.ts";

const micros = (time: string): string =>
  `(extract(epoch from ${time} - to_timestamp(${BEGINNING_MS} / 1000.0)) * 1000000)::float8`;

const WINDOWS = `
  with windows as (
    select window_kind, window_start from window_partials
    union select window_kind, window_start from window_publications
    union select window_kind, window_start from revision_marks
  )
  select
    window_kind as kind,
    ${micros("window_start")} as start,
    (select coalesce(sum(stream_count), 0) from window_partials where (window_kind, window_start) = (w.window_kind, w.window_start)) as staged,
    (select coalesce(sum(late_count), 0) from revision_marks where (window_kind, window_start) = (w.window_kind, w.window_start)) as marked,
    (select revision from window_publications where (window_kind, window_start) = (w.window_kind, w.window_start)) as revision,
    case window_kind
      when 'minutes' then (select sum(stream_count) from device_metrics where time_window = w.window_start)
      else (select stream_count from hourly_metrics where time_window = w.window_start)
    end as published,
    case window_kind
      when 'minutes' then (select nullif(count(*), 0) from user_engagement_metrics where time_window = w.window_start)
      else (select unique_users from hourly_metrics where time_window = w.window_start)
    end as users
  from windows w
  order by start, kind`;

const PROGRESS = `
  select window_kind as name, ${micros("closed_until")} as at from window_frontiers
  union all
  select 'watermark', ${micros("watermark")} from topic_watermarks where topic = 'stream-events'`;

/** Reads all windows of which there is anything, oldest first. */
export async function readWindows(
  database: DatabaseInUse,
): Promise<WindowView[]> {
  return (await database.owner.query<WindowView>(WINDOWS)).rows;
}

/** Reads how far windows are closed, and the watermark. */
export async function readProgress(
  database: DatabaseInUse,
): Promise<Record<Kind | "watermark", number>> {
  const { rows } = await database.owner.query<{ name: string; at: number }>(
    PROGRESS,
  );
  const read = (wanted: string) =>
    rows.find(({ name }) => name === wanted)?.at ?? Number.NaN;
  return {
    hourly: read("hourly"),
    minutes: read("minutes"),
    watermark: read("watermark"),
  };
}
