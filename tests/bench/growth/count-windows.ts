import { selectRows } from "#tests/support/pipeline/read-tables.ts";

const EPOCH = "timestamptz '1970-01-01 00:00:00+00'";

const METRICS = [
  ["user_engagement", "minutes"],
  ["content_performance", "minutes"],
  ["device", "minutes"],
  ["location", "minutes"],
  ["hourly", "hourly"],
] as const;

/** Facts by window of both sizes. */
const COUNTED = `
  minutes as (
    select date_bin('5 minutes', "timestamp", ${EPOCH}) as window_start, count(*) as plays
    from stream_events group by 1
  ),
  counted as (
    select 'minutes' as window_kind, window_start, plays from minutes
    union all
    select 'hourly', date_bin('1 hour', window_start, ${EPOCH}), sum(plays)::bigint from minutes group by 2
  )`;

const KEEP = `
  create table facts_before as
  with ${COUNTED}
  select window_kind, window_start, plays, p.window_start is not null as is_published
  from counted left join window_publications p using (window_kind, window_start)`;

/**
 * A window to which the backlog has added plays must be published, as those are that were before, and every metric of it counts
 * all its facts.
 */
const WRONG = `
  with ${COUNTED},
  changed as (
    select c.window_kind, c.window_start, c.plays
    from counted c
    left join facts_before b using (window_kind, window_start)
    where c.plays is distinct from b.plays or b.is_published
  ),
  published as (
    ${METRICS.map(
      ([metric, kind]) =>
        `select '${metric}_metrics' as metric, '${kind}' as window_kind, time_window as window_start, sum(stream_count) as plays
           from ${metric}_metrics group by time_window`,
    ).join(" union all ")}
  ),
  expected as (
    select m.metric, c.*
    from changed c
    join (values ${METRICS.map(([metric, kind]) => `('${metric}_metrics', '${kind}')`).join(", ")}) as m (metric, window_kind)
      using (window_kind)
  )
  select
    coalesce(e.metric, p.metric) as metric,
    to_char(window_start at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI"Z"') as start,
    coalesce(e.plays, 0)::text as expected,
    coalesce(p.plays, 0)::text as found
  from expected e
  full join published p using (metric, window_kind, window_start)
  where e.plays is distinct from p.plays
  order by 2, 1
  limit 10`;

/** Notes what each window has before the backlog; `listWrongWindows` compares with it. */
export async function keepCounts(databaseUrl: string): Promise<void> {
  await selectRows(databaseUrl, KEEP);
}

/**
 * Lists what is wrong after a drained backlog: the facts must be those before and all plays, and exactly the windows
 * to which plays were added, or that were published before, must be published, each with all its facts.
 */
export async function listWrongWindows(
  databaseUrl: string,
  { facts, plays }: { readonly facts: number; readonly plays: number },
): Promise<string[]> {
  const [total] = await selectRows<{ facts: string }>(
    databaseUrl,
    "select count(*)::text as facts from stream_events",
  );
  const wrong = await selectRows<{
    metric: string;
    start: string;
    expected: string;
    found: string;
  }>(databaseUrl, WRONG);
  return [
    ...(Number(total?.facts) === facts + plays
      ? []
      : [
          `stream_events counts ${total?.facts} facts, expected ${facts} and ${plays} more`,
        ]),
    ...wrong.map(
      ({ metric, start, expected, found }) =>
        `${metric} counts ${found} plays in the window of ${start}, expected ${expected}`,
    ),
  ];
}
