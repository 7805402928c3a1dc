import { selectRows } from "#tests/support/pipeline/read-tables.ts";

const COUNT = `
  select
    (select count(*) from stream_events)::integer as facts,
    (select coalesce(sum(stream_count), 0) from device_live)::integer as counted,
    (select coalesce(sum(late_count), 0) from revision_marks where window_kind = 'minutes')::integer as marked`;

/**
 * Compares the facts with the plays of all windows of minutes, published or open, at one moment: a fact that no window
 * counts has a mark by which its window will be revised. Returns what is wrong, if anything is.
 */
export async function findMiscounted(databaseUrl: string): Promise<string[]> {
  const [row] = await selectRows<
    Record<"facts" | "counted" | "marked", number>
  >(databaseUrl, COUNT);
  if (row === undefined) throw new Error("a select without from gave no row");
  const { facts, counted, marked } = row;
  if (counted > facts)
    return [`${counted - facts} plays are in two windows at once`];
  return facts - counted > marked
    ? [`${facts - counted - marked} plays are in no window, and not marked`]
    : [];
}
