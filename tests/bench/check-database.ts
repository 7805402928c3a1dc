import { selectRows } from "#tests/support/pipeline/read-tables.ts";

/** Settings without which a rate says nothing: a commit that was acknowledged would not survive a power cut. */
const DURABLE_SETTINGS = ["fsync", "synchronous_commit", "full_page_writes"];

/** The durability settings of the server, and those of them that are not on. */
export async function readDurability(databaseUrl: string): Promise<{
  readonly settings: Readonly<Record<string, string>>;
  readonly faults: readonly string[];
}> {
  const rows = await selectRows<{ name: string; setting: string }>(
    databaseUrl,
    "select name, setting from pg_settings where name = any ($1) order by name",
    [DURABLE_SETTINGS],
  );
  const settings = Object.fromEntries(
    rows.map(({ name, setting }) => [name, setting]),
  );
  return {
    settings,
    faults: DURABLE_SETTINGS.filter((name) => settings[name] !== "on"),
  };
}

/** Counts the facts, and the plays of every metric table. */
export async function countPlays(
  databaseUrl: string,
): Promise<Readonly<Record<string, number>>> {
  const rows = await selectRows<{ name: string; plays: string }>(
    databaseUrl,
    TOTALS,
  );
  return Object.fromEntries(
    rows.map(({ name, plays }) => [name, Number(plays)]),
  );
}

/** Lists what is wrong with the totals: facts and the plays of every metric table must be the plays that were sent. */
export async function checkTotals(
  databaseUrl: string,
  playCount: number,
): Promise<string[]> {
  return listWrongTotals(await countPlays(databaseUrl), playCount);
}

/** Lists the tables that do not count as many plays as were sent. */
export function listWrongTotals(
  totals: Readonly<Record<string, number>>,
  playCount: number,
): string[] {
  return Object.entries(totals)
    .filter(([, plays]) => plays !== playCount)
    .map(
      ([name, plays]) => `${name} counts ${plays} plays, expected ${playCount}`,
    );
}

const TOTALS = [
  "select 'stream_events' as name, count(*)::text as plays from stream_events",
  ...[
    "user_engagement",
    "content_performance",
    "device",
    "location",
    "hourly",
  ].map(
    (metric) =>
      `select '${metric}_metrics', coalesce(sum(stream_count), 0)::text from ${metric}_metrics`,
  ),
].join(" union all ");
