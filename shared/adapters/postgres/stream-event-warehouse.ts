import type { LatePlay } from "#shared/domain/aggregate-plays.ts";
import {
  conflictingDuplicate,
  judgeSuspects,
  type Judgement,
} from "#shared/domain/judge-suspects.ts";
import { ExpectedDuplicates } from "#shared/domain/expected-duplicates.ts";
import { KnownReferences } from "#shared/domain/known-references.ts";
import {
  type Outcome,
  recallHandled,
  type RecordOutcome,
} from "#shared/domain/ledger.ts";
import type { MicroBatch } from "#shared/domain/micro-batch.ts";
import type { Rejection } from "#shared/domain/rejection.ts";
import { screenPlays } from "#shared/domain/screen-plays.ts";
import type { RecordAttempts } from "#shared/ports/record-attempts.ts";
import type {
  PublishRejections,
  StreamEventWarehouse,
} from "#shared/ports/stream-event-warehouse.ts";
import { PipelineError } from "#shared/errors.ts";
import { loadStatement } from "#shared/sql.ts";
import { traceRecords } from "#shared/tracing/trace-records.ts";

import { awaitInOrder } from "./await-in-order.ts";
import { BoundPassed, holdBounds, readBounds } from "./bounds.ts";
import { chooseLetters } from "./choose-letters.ts";
import {
  compareStaged,
  createStagingTable,
  stagePlays,
} from "./compare-plays.ts";
import { enterLedger, lockLedger } from "./ledger.ts";
import { readKnownIds, readMissing } from "./read-knowledge.ts";
import { readSuspects } from "./read-suspects.ts";
import { beginAttempt, endAttempt } from "./record-attempts.ts";
import {
  createSession,
  hasSqlState,
  type Session,
  type SessionOptions,
  type Transaction,
} from "./session.ts";
import { storePlays } from "./store-plays.ts";

const countLatePlays = loadStatement(
  "queries/aggregate-micro-batch/count_late_plays",
);

/**
 * What was looked up holds no more: another transaction has made an id of ours a fact (23505), both wait for each other
 * (40P01), or a dimension's row is gone (23503). The micro-batch is done again, and none of its plays is taken for new.
 */
const isOutdated = (error: unknown): boolean =>
  ["23505", "40P01", "23503"].some((state) => hasSqlState(error, state));
const MOST_CAREFUL_TRIES = 3;

/** What earlier micro-batches have shown. */
interface Experience {
  readonly references: KnownReferences;
  readonly duplicates: ExpectedDuplicates;
}

/** As where Postgres itself ends a transaction: fewer records may be done in time. */
const outOfTime = (cause: Error): PipelineError =>
  new PipelineError(
    "The micro-batch began again, as windows or the retention horizon had moved past its plays, until its time was up.",
    { code: "postgres_out_of_time", domain: "external", retry: true, cause },
  );

/** The warehouse and the attempts at its records over one connection, opened on first use. */
export function createStreamEventWarehouse(
  options: Omit<SessionOptions, "onConnect" | "isPipelined">,
): StreamEventWarehouse & RecordAttempts & Pick<Session, "close"> {
  const session = createSession({
    ...options,
    isPipelined: true,
    onConnect: [createStagingTable],
  });
  const experience = {
    references: new KnownReferences(),
    duplicates: new ExpectedDuplicates(),
  };
  const apply: StreamEventWarehouse["applyMicroBatch"] = async (
    microBatch,
    publish,
    limitMs,
  ) => {
    const endsAtMs = performance.now() + (limitMs ?? Infinity);
    for (let carefulTries = 0; ;) {
      try {
        return await session.transaction(
          (transaction) =>
            applyMicroBatch(
              transaction,
              microBatch,
              publish,
              carefulTries > 0 ? null : experience,
            ),
          endsAtMs - performance.now(),
        );
      } catch (error) {
        // Which of them is wrong is not said; the next invocation must not begin with them either.
        if (hasSqlState(error, "23503")) experience.references.forget();
        const isDuplicate = hasSqlState(error, "23505");
        const isSurprise = isDuplicate && !experience.duplicates.areLikely();
        if (isDuplicate) experience.duplicates.note(true);
        const isOvertaken = error instanceof BoundPassed;
        if (performance.now() >= endsAtMs)
          throw isOvertaken ? outOfTime(error) : error;
        // Bounds move seldom, and what the plays are judged by next stays; ids are looked up from now on.
        if (isOvertaken || isSurprise) continue;
        if (!isOutdated(error) || carefulTries >= MOST_CAREFUL_TRIES)
          throw error;
        carefulTries += 1;
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

/** @param experience `null`: every play is taken for doubtful */
async function applyMicroBatch(
  transaction: Transaction,
  microBatch: MicroBatch,
  publish: PublishRejections,
  experience: Experience | null,
): Promise<RecordOutcome[]> {
  const { topic, records, plays } = microBatch;
  const [ledgerRows, { frontiers, horizonMicros }, missing, expectedIds] =
    await awaitInOrder(
      lockLedger(transaction, topic, records),
      readBounds(transaction),
      experience === null
        ? null
        : readMissing(transaction, plays, experience.references),
      experience?.duplicates.areLikely() === true
        ? readKnownIds(transaction, plays)
        : null,
    );
  const isHandled = recallHandled(ledgerRows, records);
  // A micro-batch that came to its end before comes again with nothing but facts.
  const knownIds =
    expectedIds ??
    (experience !== null && records.some(isHandled)
      ? await readKnownIds(transaction, plays)
      : NONE);
  const publishLetters = async (rejections: Iterable<Rejection>) => {
    const letters = await chooseLetters(
      transaction,
      [...rejections],
      isHandled,
    );
    if (letters.length > 0) await publish(letters);
  };
  const { clean, doubtful } =
    missing === null
      ? { clean: [], doubtful: plays }
      : screenPlays(plays, { missing, knownIds, horizonMicros });
  if (doubtful.length > 0) await stagePlays(transaction, doubtful);

  const judgement = judgeSuspects(
    microBatch,
    doubtful.length > 0 ? await readSuspects(transaction) : [],
    isHandled,
  );
  const rejections = new Map([
    ...microBatch.rejections,
    ...judgement.rejections,
  ]);
  // Before the commit: a crash in between redelivers the micro-batch, and a letter's identity absorbs the second copy.
  await publishLetters(rejections.values());

  const leftOut = new Set([
    ...judgement.rejections.keys(),
    ...judgement.duplicates,
    ...judgement.deferred,
  ]);
  const candidates = doubtful.filter(({ ordinal }) => !leftOut.has(ordinal));
  const { notInserted, partials } = await storePlays(
    transaction,
    { clean, doubtful: candidates, leftOut: [...leftOut] },
    frontiers,
  );
  const conflicts = await findConflicts(
    transaction,
    microBatch,
    judgement,
    notInserted.map(({ ordinal }) => ordinal),
  );
  await publishLetters(conflicts.rejections.values());

  const outcomes = describeOutcomes(microBatch, {
    rejections: new Map([...rejections, ...conflicts.rejections]),
    duplicates: new Set([...judgement.duplicates, ...conflicts.duplicates]),
    late: new Set(partials.late.map(({ play }) => play.ordinal)),
  });
  const [record] = records;
  await awaitInOrder(
    enterLatePlays(transaction, microBatch, partials.late),
    enterLedger(transaction, topic, ledgerRows, outcomes),
    record !== undefined && records.length === 1
      ? endAttempt(transaction, record)
      : undefined,
    // At last: the closer waits for whoever holds the bounds.
    holdBounds(transaction, [...clean, ...candidates], partials),
  );
  experience?.duplicates.note(knownIds.size > 0);
  return outcomes;
}

const NONE: ReadonlySet<string> = new Set();

async function enterLatePlays(
  transaction: Transaction,
  { topic, records }: MicroBatch,
  late: readonly LatePlay[],
): Promise<void> {
  if (late.length === 0) return;
  await transaction.query(countLatePlays, [
    topic,
    late.map(({ kind }) => kind),
    late.map(({ startMicros }) => startMicros),
    late.map(({ play }) => play.partition),
    late.map(({ play }) => records[play.ordinal]?.timestampMs),
  ]);
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
  { records, plays, rejections: rejectedByBytes }: MicroBatch,
  found: Pick<Judgement, "rejections" | "duplicates"> & {
    late: ReadonlySet<number>;
  },
): RecordOutcome[] {
  const outcomes: RecordOutcome[] = [];
  const eventTimes = new Map(
    plays
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
