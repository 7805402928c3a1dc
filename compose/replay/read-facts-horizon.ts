import { explainMissingSchema } from "#shared/adapters/postgres/explain-missing-schema.ts";
import { readHorizonMs } from "#shared/adapters/postgres/retention-horizon.ts";
import { createSession } from "#shared/adapters/postgres/session.ts";

const TRANSACTION_TIMEOUT_MS = 10_000;

/**
 * Reads up to when facts have been given up, in milliseconds since the epoch; `-Infinity`: none have been. Throws
 * `schema_outdated` (user), and what the session throws.
 */
export async function readFactsHorizon(databaseUrl: string): Promise<number> {
  const session = createSession({
    databaseUrl,
    applicationName: "replay",
    transactionTimeoutMs: TRANSACTION_TIMEOUT_MS,
  });
  try {
    return await session.transaction((transaction) =>
      readHorizonMs(transaction, "facts"),
    );
  } catch (error) {
    throw explainMissingSchema(error, "replay");
  } finally {
    await session.close();
  }
}
