import {
  METRIC_NAMES,
  METRIC_TABLES,
  selectRows,
  type MetricName,
} from "#tests/support/pipeline/read-tables.ts";
import type { Progress } from "./progress.ts";

/** The key of each metric table beside the window. */
const KEYS: Readonly<Record<MetricName, string>> = {
  userEngagement: "user_id",
  contentPerformance: "song_id, artist_id",
  device: "device_id",
  location: "location_id",
  hourly: "''",
};

/** Reads everything at one moment, by one statement. */
export async function readProgress(databaseUrl: string): Promise<Progress> {
  const [moment] = await selectRows<{
    positions: Record<string, number | string>;
    rows: readonly RowOfMoment[];
  }>(databaseUrl, READ);
  return {
    positions: new Map(
      Object.entries(moment?.positions ?? {}).map(([name, position]) => [
        name,
        // JSON knows no infinity.
        Number(position),
      ]),
    ),
    rows: new Map(
      (moment?.rows ?? []).map(({ name, ...row }) => [name, row] as const),
    ),
  };
}

type RowOfMoment = {
  readonly name: string;
  readonly window: string;
  readonly revision: number;
  readonly digest: string;
};

const METRIC_ROWS = METRIC_NAMES.map(
  (metric) => `
    select concat_ws(' ', '${METRIC_TABLES[metric]}', time_window, ${KEYS[metric]}) as name,
      'revision of ${metric === "hourly" ? "hourly" : "minutes"} ' || time_window as "window",
      revision,
      md5((to_jsonb(m) - '{revision,updated_at}'::text[])::text) as digest
    from ${METRIC_TABLES[metric]}_metrics m`,
);

const READ = `
  with positions as (
    select 'watermark of ' || topic as name, extract(epoch from watermark) as position from topic_watermarks
    union all
    select 'frontier of ' || window_kind, extract(epoch from closed_until) from window_frontiers
    union all
    select 'horizon of ' || kept, extract(epoch from horizon) from retention_horizons
    union all
    select 'incarnation of ' || topic || ' ' || partition, max(incarnation) from partition_ledger group by topic, partition
    union all
    select format('end of %s %s in incarnation %s', topic, partition, incarnation), coalesce(upper(handled_offsets), 0)
    from partition_ledger
    union all
    select
      format('number of handled offsets of %s %s in incarnation %s', topic, partition, incarnation),
      coalesce((select sum(upper(r) - lower(r)) from unnest(handled_offsets) as r), 0)
    from partition_ledger
    union all
    select 'revision of ' || window_kind || ' ' || window_start, revision from window_publications
  ), rows as (${METRIC_ROWS.join(" union all ")})
  select
    (select json_object_agg(name, position::float8) from positions) as positions,
    (select coalesce(json_agg(rows), '[]') from rows) as rows`;
