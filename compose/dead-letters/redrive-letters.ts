import { createRecordPublisher } from "#shared/adapters/kafka/record-publisher.ts";
import { createStagingTable } from "#shared/adapters/postgres/compare-plays.ts";
import { transact } from "#shared/adapters/postgres/dry-run.ts";
import { createSession } from "#shared/adapters/postgres/session.ts";
import type { FieldChange } from "#shared/domain/field-change.ts";
import type { LetterState } from "./letter-filter.ts";
import type { LetterSize } from "./letter-reader.ts";
import type { OperatorAction } from "./operator-action.ts";
import { redriveChunk } from "./redrive-chunk.ts";
import type { RedriveOutcome, Send } from "./redrive-outcome.ts";
import { type Pace, workInChunks } from "./work-in-chunks.ts";

const TRANSACTION_TIMEOUT_MS = 60_000;

export interface RedriveLettersOptions extends Pace {
  readonly kafkaBootstrapServers: string;
  /** Of the ingest role. */
  readonly databaseUrl: string;
  /** In which letters are sent; what has come into another one since it was chosen is left. */
  readonly states: readonly LetterState[];
  readonly changes: readonly FieldChange[];
  readonly action: OperatorAction;
  /** Says what would become of them, writes and sends nothing. */
  readonly isDryRun: boolean;
  /** Hears of each letter once its piece is committed: what is thrown later takes nothing of it back. */
  readonly onResult?: (result: RedriveResult) => void;
}

/** A letter with what became of it. */
export type RedriveResult = { readonly id: string } & RedriveOutcome;

/**
 * Sends letters again, mended where changes are given; each piece is one transaction, so that two operators at once,
 * or a crash, send nothing twice that counts twice. Letters that the signal left undone are not in the result.
 */
export async function redriveLetters(
  letters: readonly LetterSize[],
  {
    kafkaBootstrapServers,
    databaseUrl,
    states,
    changes,
    action,
    isDryRun,
    onResult,
    ...pace
  }: RedriveLettersOptions,
): Promise<RedriveResult[]> {
  const publisher = createRecordPublisher({
    bootstrapServers: kafkaBootstrapServers.split(","),
  });
  const session = createSession({
    databaseUrl,
    applicationName: "dlq redrive",
    transactionTimeoutMs: TRANSACTION_TIMEOUT_MS,
    onConnect: [createStagingTable],
  });
  const send: Send = isDryRun
    ? () => Promise.resolve()
    : (topic, records) => publisher.publish(topic, records);
  const results: RedriveResult[] = [];
  try {
    await workInChunks(letters, pace, async (ids) => {
      const nowMs = pace.clock.now();
      const outcomes = await transact(session, { isDryRun }, (transaction) =>
        redriveChunk(transaction, ids, {
          states,
          changes,
          action,
          nowMs,
          send,
        }),
      );
      for (const id of ids) {
        const outcome = outcomes.get(id);
        if (outcome === undefined) continue;
        results.push({ id, ...outcome });
        onResult?.({ id, ...outcome });
      }
    });
  } finally {
    await Promise.all([session.close(), publisher.close()]);
  }
  return results;
}
