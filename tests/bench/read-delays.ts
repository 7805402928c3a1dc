import { selectRows } from "#tests/support/pipeline/read-tables.ts";

/** Milliseconds; null where nothing was measured. */
export type Delays = Readonly<{
  count: number;
  p50: number | null;
  p99: number | null;
  max: number | null;
}>;

/**
 * Reads how long it took from Kafka's taking a play to the commit that made it visible, and from the commit by which the
 * watermark passed a window's end to the window's publication: of the plays in `record_times`, which must be there, and of the
 * windows that only plays of this event time (RFC 3339) and later can have closed; `track_commit_timestamp` must be on.
 */
export async function readDelays(
  databaseUrl: string,
  from: string,
): Promise<
  Readonly<
    Record<"play_to_live_view_ms" | "watermark_to_publication_ms", Delays>
  >
> {
  const [plays = NONE] = await selectRows<Delays>(databaseUrl, PLAYS);
  const [windows = NONE] = await selectRows<Delays>(databaseUrl, WINDOWS, [
    from,
  ]);
  return {
    play_to_live_view_ms: plays,
    watermark_to_publication_ms: windows,
  };
}

const NONE: Delays = { count: 0, p50: null, p99: null, max: null };

/** A play is in the live views with the transaction that makes it a fact. */
const VISIBLE = `
  visible as materialized (
    select r.partition, r.taken_at, f."timestamp", pg_xact_commit_timestamp(f.xmin) as visible_at
    from record_times r join stream_events f using (event_id)
  )`;

const quantiles = (ms: string) => `
  count(*)::integer as count,
  round(percentile_cont(0.5) within group (order by ${ms})::numeric)::integer as p50,
  round(percentile_cont(0.99) within group (order by ${ms})::numeric)::integer as p99,
  round(max(${ms})::numeric)::integer as max`;

const PLAYS = `
  with ${VISIBLE}
  select ${quantiles("extract(epoch from visible_at - taken_at) * 1000")}
  from visible`;

/** The watermark passes a window's end when each partition has had a play that is later by the allowed lateness. */
const WINDOWS = `
  with ${VISIBLE}, passed as (
    select p.window_kind, p.window_start, p.published_at, max(first.visible_at) as passed_at
    from window_publications p
    join window_frontiers f using (window_kind)
    cross join (select distinct partition from record_times) partitions
    cross join lateral (
      select min(visible_at) as visible_at
      from visible
      where visible.partition = partitions.partition
        and "timestamp" >= p.window_start + f.window_size + interval '10 minutes'
    ) first
    where p.window_start + f.window_size + interval '10 minutes' >= $1::timestamptz
    group by 1, 2, 3
    having count(first.visible_at) = count(*)
  )
  select ${quantiles("extract(epoch from published_at - passed_at) * 1000")} from passed`;
