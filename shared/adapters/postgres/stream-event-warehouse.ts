import {
  conflictingDuplicate,
  judgeSuspects,
  type Judgement,
} from "#shared/domain/judge-suspects.ts";
import {
  type Outcome,
  recallHandled,
  type RecordOutcome,
} from "#shared/domain/ledger.ts";
import type { MicroBatch } from "#shared/domain/micro-batch.ts";
import type { Rejection } from "#shared/domain/rejection.ts";
import type { RecordAttempts } from "#shared/ports/record-attempts.ts";
import type {
  PublishRejections,
  StreamEventWarehouse,
} from "#shared/ports/stream-event-warehouse.ts";
import { PipelineError } from "#shared/errors.ts";
import { loadStatement } from "#shared/sql.ts";
import { traceRecords } from "#shared/tracing/trace-records.ts";

import { chooseLetters } from "./choose-letters.ts";
import {
  compareStaged,
  createStagingTable,
  stagePlays,
} from "./compare-plays.ts";
import { enterLedger, lockLedger } from "./ledger.ts";
import { readSuspects } from "./read-suspects.ts";
import { beginAttempt, endAttempt } from "./record-attempts.ts";
import {
  createSession,
  type Session,
  type SessionOptions,
  type Transaction,
} from "./session.ts";

const lockFrontiersShared = loadStatement(
  "queries/aggregate-micro-batch/lock_frontiers_shared",
);
const insertFacts = loadStatement("queries/aggregate-micro-batch/insert_facts");
const countLatePlays = loadStatement(
  "queries/aggregate-micro-batch/count_late_plays",
);

/** The retention horizon moved past a play between its judgement and its insert. */
class HorizonPassed extends Error {}

/** The warehouse and the attempts at its records over one connection, opened on first use. */
export function createStreamEventWarehouse(
  options: Omit<SessionOptions, "onConnect">,
): StreamEventWarehouse & RecordAttempts & Pick<Session, "close"> {
  const session = createSession({
    ...options,
    onConnect: [createStagingTable],
  });
  const apply: StreamEventWarehouse["applyMicroBatch"] = async (
    microBatch,
    publish,
    limitMs,
  ) => {
    for (;;) {
      try {
        return await session.transaction(
          (transaction) => applyMicroBatch(transaction, microBatch, publish),
          limitMs,
        );
      } catch (error) {
        // It moves once an hour at most: what the plays are judged by next stays.
        if (!(error instanceof HorizonPassed)) throw error;
      }
    }
  };
  return {
    close: () => session.close(),
    applyMicroBatch: (microBatch, publish, limitMs) =>
      traceRecords(microBatch.records, () =>
        apply(microBatch, publish, limitMs),
      ),
    beginAttempt: (record) =>
      session.transaction((transaction) => beginAttempt(transaction, record)),
    endAttempt: (record) =>
      session.transaction((transaction) => endAttempt(transaction, record)),
  };
}

async function applyMicroBatch(
  transaction: Transaction,
  microBatch: MicroBatch,
  publish: PublishRejections,
): Promise<RecordOutcome[]> {
  const ledgerRows = await lockLedger(
    transaction,
    microBatch.topic,
    microBatch.records,
  );
  const isHandled = recallHandled(ledgerRows, microBatch.records);
  const publishLetters = async (rejections: Iterable<Rejection>) => {
    const letters = await chooseLetters(
      transaction,
      [...rejections],
      isHandled,
    );
    if (letters.length > 0) await publish(letters);
  };
  await stagePlays(transaction, microBatch.staged);

  const judgement = judgeSuspects(
    microBatch,
    await readSuspects(transaction),
    isHandled,
  );
  const rejections = new Map([
    ...microBatch.rejections,
    ...judgement.rejections,
  ]);
  // Before the commit: a crash in between redelivers the micro-batch, and a letter's identity absorbs the second copy.
  await publishLetters(rejections.values());

  await transaction.query(lockFrontiersShared);
  const [inserted] = await transaction.query<{
    is_set_up: boolean;
    is_horizon_passed: boolean;
    not_inserted_ordinals: number[];
    late_ordinals: number[];
  }>(insertFacts, [
    [
      ...judgement.rejections.keys(),
      ...judgement.duplicates,
      ...judgement.deferred,
    ],
  ]);
  if (inserted?.is_set_up !== true) {
    throw new PipelineError(
      "The database has tables but no window sizes yet. Start the pipeline once (npm run up), which sets it up.",
      { code: "database_not_set_up", domain: "user", retry: true },
    );
  }

  if (inserted.is_horizon_passed) throw new HorizonPassed();
  if (inserted.late_ordinals.length > 0) {
    await transaction.query(countLatePlays, [
      microBatch.topic,
      inserted.late_ordinals,
      inserted.late_ordinals.map(
        (ordinal) => microBatch.records[ordinal]?.timestampMs,
      ),
    ]);
  }

  const conflicts = await findConflicts(
    transaction,
    microBatch,
    judgement,
    inserted.not_inserted_ordinals,
  );
  await publishLetters(conflicts.rejections.values());

  const outcomes = describeOutcomes(microBatch, {
    rejections: new Map([...rejections, ...conflicts.rejections]),
    duplicates: new Set([...judgement.duplicates, ...conflicts.duplicates]),
    late: new Set(inserted.late_ordinals),
  });
  await enterLedger(transaction, microBatch.topic, ledgerRows, outcomes);
  const [record] = microBatch.records;
  if (record !== undefined && microBatch.records.length === 1)
    await endAttempt(transaction, record);
  return outcomes;
}

/** Compares plays whose event_id is a fact with that fact: equal is a duplicate, else a conflict. */
async function findConflicts(
  transaction: Transaction,
  microBatch: MicroBatch,
  { deferred }: Judgement,
  notInsertedOrdinals: readonly number[],
): Promise<Pick<Judgement, "rejections" | "duplicates">> {
  const found: Pick<Judgement, "rejections" | "duplicates"> = {
    rejections: new Map(),
    duplicates: new Set(),
  };
  const ordinals = [...notInsertedOrdinals, ...deferred];
  if (ordinals.length === 0) return found;
  for (const [ordinal, hasSamePayload] of await compareStaged(
    transaction,
    ordinals,
  )) {
    // Retention took it in between, one with this id and an earlier time: the micro-batch comes again, without a rival.
    if (hasSamePayload === null)
      throw new Error(
        `the fact that play ${ordinal} of the micro-batch gave way to is gone`,
      );
    if (hasSamePayload) found.duplicates.add(ordinal);
    else
      found.rejections.set(ordinal, conflictingDuplicate(microBatch, ordinal));
  }
  return found;
}

/** One outcome per record; the event time of a play from the future is none (a wrong clock moves nothing). */
function describeOutcomes(
  { records, staged, rejections: rejectedByBytes }: MicroBatch,
  found: Pick<Judgement, "rejections" | "duplicates"> & {
    late: ReadonlySet<number>;
  },
): RecordOutcome[] {
  const outcomes: RecordOutcome[] = [];
  const eventTimes = new Map(
    staged
      .filter(({ isFuture }) => !isFuture)
      .map((play) => [play.ordinal, play.event.timestampMicros]),
  );
  for (const [ordinal, position] of records.entries()) {
    const rejection =
      rejectedByBytes.get(ordinal) ?? found.rejections.get(ordinal);
    let outcome: Outcome = {
      kind: "accepted",
      isLate: found.late.has(ordinal),
    };
    if (rejection !== undefined)
      outcome = { kind: "rejected", reason: rejection.reason };
    else if (found.duplicates.has(ordinal)) outcome = { kind: "duplicate" };
    outcomes.push({
      position,
      outcome,
      eventTimeMicros: eventTimes.get(ordinal),
    });
  }
  return outcomes;
}
