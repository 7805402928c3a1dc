import type { Connections } from "#compose/embedded/connection-env.ts";
import { waitUntil } from "#compose/embedded/wait-until.ts";
import { sendDimension } from "#compose/runner/send-dimension.ts";
import { createSession } from "#shared/adapters/postgres/session.ts";
import { loadStatement } from "#shared/sql.ts";

const readUser = loadStatement("queries/forget/read_user");
const blankLetters = loadStatement("queries/forget/blank_letters");

const TRANSACTION_TIMEOUT_MS = 30_000;

/** What has become of a user's data. */
export interface Forgotten {
  /** Whether the row is blank; false: `load-dimensions` has not taken the tombstone yet. */
  readonly isBlank: boolean;
  /** Dead letters that held a version of the row. */
  readonly letterCount: number;
}

/** Who is to be forgotten. */
export interface Wish {
  /** As it was typed. */
  readonly userId: string;
  /** Who does it, written down with what is done to dead letters. */
  readonly actor: string;
}

/**
 * Sends a user's tombstone, waits until the row is blank, and takes what dead letters hold of the row. Doing it again
 * changes nothing more. Throws `invalid_fields` (user) where the number is none, and what the adapters throw.
 */
export async function forgetUser(
  { kafkaBootstrapServers, databaseUrls }: Connections,
  { userId, actor }: Wish,
  timeoutMs: number,
): Promise<Forgotten> {
  const session = createSession({
    databaseUrl: databaseUrls.owner,
    applicationName: "forget",
    transactionTimeoutMs: TRANSACTION_TIMEOUT_MS,
  });
  try {
    const key = await sendDimension(kafkaBootstrapServers, {
      dimension: "users",
      fields: [{ field: "user_id", text: userId }],
      isTombstone: true,
    });
    const isBlank = await waitUntil(async () => {
      const [row] = await session.query<{ is_forgotten: boolean }>(readUser, [
        Number(key),
      ]);
      return row?.is_forgotten ?? false;
    }, timeoutMs);
    const letters = await session.transaction((transaction) =>
      transaction.query(blankLetters, [Buffer.from(key), actor]),
    );
    return { isBlank, letterCount: letters.length };
  } finally {
    await session.close();
  }
}
