import { explainMissingSchema } from "#shared/adapters/postgres/explain-missing-schema.ts";
import { readHorizonMs } from "#shared/adapters/postgres/retention-horizon.ts";
import { createSession } from "#shared/adapters/postgres/session.ts";
import {
  DEAD_LETTER_TOPIC,
  STREAM_EVENTS_TOPIC,
} from "#shared/domain/topics.ts";
import type { Kept } from "#shared/ports/retention-store.ts";

const TRANSACTION_TIMEOUT_MS = 10_000;

/** What comes of a topic's records and is given up some day; rows of dimensions are not. */
const KEPT: ReadonlyMap<string, Kept> = new Map([
  [STREAM_EVENTS_TOPIC, "facts"],
  [DEAD_LETTER_TOPIC, "dead_letters"],
]);

/**
 * Reads up to when what comes of a topic's records has been given up, in milliseconds since the epoch; `-Infinity`:
 * nothing has been. Throws `schema_outdated` (user), and what the session throws.
 */
export async function readReplayHorizon(
  databaseUrl: string,
  topic: string,
): Promise<number> {
  const kept = KEPT.get(topic);
  if (kept === undefined) return -Infinity;
  const session = createSession({
    databaseUrl,
    applicationName: "replay",
    transactionTimeoutMs: TRANSACTION_TIMEOUT_MS,
  });
  try {
    return await session.transaction((transaction) =>
      readHorizonMs(transaction, kept),
    );
  } catch (error) {
    throw explainMissingSchema(error, "replay");
  } finally {
    await session.close();
  }
}
