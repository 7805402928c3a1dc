import type { Connections } from "#compose/embedded/connection-env.ts";
import { waitUntil } from "#compose/embedded/wait-until.ts";
import {
  makeDimensionRecord,
  sendDimension,
  type DimensionWish,
} from "#compose/runner/send-dimension.ts";
import {
  createSession,
  type Session,
} from "#shared/adapters/postgres/session.ts";
import { loadStatement } from "#shared/sql.ts";
import { namesUser } from "./names-user.ts";

const readUser = loadStatement("queries/forget/read_user");
const findLetters = loadStatement("queries/forget/find_user_letters");
const blankLetters = loadStatement("queries/forget/blank_letters");

const TRANSACTION_TIMEOUT_MS = 30_000;

/** Who is to be forgotten. */
export interface Wish {
  /** As it was typed. */
  readonly userId: string;
  /** Who does it, written down with what is done to dead letters. */
  readonly actor: string;
}

/** What has become of a user's data. */
export interface Forgotten {
  /** Whether there was a row with that number; what is not there may be on its way, and will find the tombstone. */
  readonly wasKnown: boolean;
  /** Whether the row is blank; false: `load-dimensions` has not taken the tombstone yet. */
  readonly isBlank: boolean;
  /** Dead letters that held a version of the row. */
  readonly letterCount: number;
  /** Dead letters of users of which nobody can say whom they are about. */
  readonly unreadableCount: number;
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
  const tombstone: DimensionWish = {
    dimension: "users",
    fields: [{ field: "user_id", text: userId }],
    isTombstone: true,
  };
  // What is no user is refused before anything is taken away.
  makeDimensionRecord(tombstone);
  const session = createSession({
    databaseUrl: databaseUrls.owner,
    applicationName: "forget",
    transactionTimeoutMs: TRANSACTION_TIMEOUT_MS,
  });
  const read = async () => {
    const [row] = await session.query<{ is_forgotten: boolean }>(readUser, [
      Number(userId),
    ]);
    return row;
  };
  try {
    const wasKnown = (await read()) !== undefined;
    // Before the tombstone, too: a letter that is being sent again is locked until Kafka has it, and lies before this then.
    const before = await blank(session, userId, actor);
    await sendDimension(kafkaBootstrapServers, tombstone);
    const isBlank = await waitUntil(
      async () => (await read())?.is_forgotten ?? false,
      timeoutMs,
    );
    const { letterCount, unreadableCount } = await blank(
      session,
      userId,
      actor,
    );
    return {
      wasKnown,
      isBlank,
      letterCount: before.letterCount + letterCount,
      unreadableCount,
    };
  } finally {
    await session.close();
  }
}

interface LetterRow {
  readonly dead_letter_id: string;
  readonly original_key: Buffer | null;
  readonly original_value: Buffer | null;
  readonly mended_value: Buffer | null;
}

function blank(
  session: Session,
  userId: string,
  actor: string,
): Promise<Pick<Forgotten, "letterCount" | "unreadableCount">> {
  return session.transaction(async (transaction) => {
    const letters = await transaction.query<
      LetterRow & Record<string, unknown>
    >(findLetters);
    const named = Map.groupBy(letters, (letter) =>
      namesUser(
        {
          key: letter.original_key,
          values: [letter.original_value, letter.mended_value],
        },
        userId,
      ),
    );
    const blanked = await transaction.query(blankLetters, [
      (named.get(true) ?? []).map((letter) => letter.dead_letter_id),
      actor,
    ]);
    return {
      letterCount: blanked.length,
      unreadableCount: (named.get("unknown") ?? []).length,
    };
  });
}
