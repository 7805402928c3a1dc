import type pg from "pg";

import type { Transaction } from "#shared/adapters/postgres/session.ts";

/** Runs `work` in a transaction of this client that is rolled back, whatever happens. */
export async function runAndRollBack<Result>(
  client: pg.Client,
  work: (transaction: Pick<Transaction, "query">) => Promise<Result>,
): Promise<Result> {
  await client.query("begin");
  try {
    // As validation itself does: times are shown in UTC.
    await client.query("set local timezone = 'UTC'");
    return await work({
      query: async <Row extends pg.QueryResultRow>(statement: {
        name: string;
        text: string;
      }) =>
        (
          await client.query<Row>({
            name: statement.name,
            text: statement.text,
          })
        ).rows,
    });
  } finally {
    await client.query("rollback");
  }
}
