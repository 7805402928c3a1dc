import { createSession } from "#shared/adapters/postgres/session.ts";
import { loadStatement } from "#shared/sql.ts";

const describeStatement = loadStatement("catalogue/describe_schema");

const HEAD = [
  "-- What the migrations make, for people to read and to compare; written by npm run schema. Neither edit nor run it.",
  "",
];

/** Returns the text of sql/schema.sql for a migrated database: the same for the same migrations. */
export async function describeSchema(databaseUrl: string): Promise<string> {
  const session = createSession({
    databaseUrl,
    applicationName: "schema",
    transactionTimeoutMs: 30_000,
  });
  try {
    const rows = await session.transaction((transaction) =>
      transaction.query<{ line: string }>(describeStatement),
    );
    const lines = rows.flatMap(({ line }, at) =>
      // An empty line before each object, which begins at the margin.
      at > 0 && !line.startsWith(" ") && line !== "" ? ["", line] : [line],
    );
    return `${[...HEAD, ...lines].join("\n")}\n`;
  } finally {
    await session.close();
  }
}
