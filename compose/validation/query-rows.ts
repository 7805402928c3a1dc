import type { Transaction } from "#shared/adapters/postgres/session.ts";
import type { Statement } from "#shared/sql.ts";

import type { ResultRow } from "./result.ts";

/**
 * Runs a statement and returns its first rows and the number of all of them. Rows come as JSON: bigint and numeric as
 * numbers, times as text with all their digits.
 */
export async function queryRows(
  { query }: Pick<Transaction, "query">,
  { name, text }: Statement,
  limit: number,
): Promise<{ rows: readonly ResultRow[]; totalCount: number }> {
  const found = await query<{ row: ResultRow; total_count: number }>({
    name,
    text: `select to_json(v) as row, (count(*) over ())::integer as total_count from (\n${text}\n) v limit ${limit}`,
  });
  return {
    rows: found.map(({ row }) => row),
    totalCount: found[0]?.total_count ?? 0,
  };
}
