import { selectRows } from "./read-tables.ts";

/** Lists the rows of tables with the transaction that wrote them, as text: the same list means that nobody wrote. */
export async function listWrittenRows(
  databaseUrl: string,
  tables: readonly string[],
): Promise<string[]> {
  const rows = await selectRows<{ row: string }>(
    databaseUrl,
    tables
      .map(
        (name) =>
          `select '${name} ' || r.xmin || ' ' || r as row from ${name} r`,
      )
      .join(" union all ") + " order by 1",
  );
  return rows.map(({ row }) => row);
}
