import {
  createSession,
  type Session,
} from "#shared/adapters/postgres/session.ts";

const TRANSACTION_TIMEOUT_MS = 10_000;

/** Runs an examination over a connection of its own, and closes it. */
export async function withSession<Result>(
  databaseUrl: string,
  work: (session: Session) => Promise<Result>,
): Promise<Result> {
  const session = createSession({
    databaseUrl,
    applicationName: "doctor",
    transactionTimeoutMs: TRANSACTION_TIMEOUT_MS,
  });
  try {
    return await work(session);
  } finally {
    await session.close();
  }
}
