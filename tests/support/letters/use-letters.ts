import { join } from "node:path";

import { afterAll, beforeAll, beforeEach, inject } from "vitest";

import { withFileLock } from "#compose/embedded/file-lock.ts";
import { systemClock } from "#compose/event-source-mapping/clock.ts";
import {
  redriveLetters,
  type RedriveLettersOptions,
  type RedriveResult,
} from "#compose/dead-letters/redrive-letters.ts";
import { readDeadRecord } from "#functions/dead-letter/read-dead-record.ts";
import { splitRecords } from "#functions/aggregate-micro-batch/split-records.ts";
import { splitDimensionRecords } from "#functions/load-dimensions/split-dimension-records.ts";
import { redrive } from "#functions/redrive/redrive.ts";
import { createRecordPublisher } from "#shared/adapters/kafka/record-publisher.ts";
import { createTopics } from "#shared/adapters/kafka/topics.ts";
import { createDeadLetterStore } from "#shared/adapters/postgres/dead-letter-store.ts";
import { createDimensionWarehouse } from "#shared/adapters/postgres/dimension-warehouse.ts";
import { createRedriveStore } from "#shared/adapters/postgres/redrive-store.ts";
import { createStreamEventWarehouse } from "#shared/adapters/postgres/stream-event-warehouse.ts";
import { encodeDeadLetter } from "#shared/domain/dead-letter.ts";
import { splitFieldChange } from "#shared/domain/field-change.ts";
import type { RecordOutcome } from "#shared/domain/ledger.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";
import type { Rejection } from "#shared/domain/rejection.ts";
import {
  DEAD_LETTER_TOPIC,
  type Dimension,
  STREAM_EVENTS_TOPIC,
  TOPICS,
} from "#shared/domain/topics.ts";
import type { PublishRejections } from "#shared/ports/stream-event-warehouse.ts";
import { nameOutcomes } from "#tests/support/races/open-stores.ts";
import type { DatabaseInUse } from "#tests/support/rows/use-database.ts";
import { kafkaBootstrapServers } from "#tests/support/servers.ts";
import { type TopicWatch, watchTopics } from "./watch-topics.ts";

/** The way of a record from its rejection on, with the project's own stores. */
export interface LettersInUse {
  /** Stores the letters of rejections; returns their ids. */
  reject(...rejections: readonly Partial<Rejection>[]): Promise<string[]>;
  /** Sends letters again, as an operator who is called ann. */
  redrive(
    ids: readonly string[],
    options?: RedriveWishes,
  ): Promise<RedriveResult[]>;
  /** What was sent since the last call. */
  takeSent(): Promise<KafkaRecord[]>;
  /** Hands records of plays to the warehouse, rejections to the store of letters; returns what became of each. */
  apply(records: readonly KafkaRecord[]): Promise<string[]>;
  /** Hands records of a dimension to its warehouse, rejections to the store of letters; returns what became of each. */
  load(
    dimension: Dimension,
    records: readonly KafkaRecord[],
  ): Promise<string[]>;
  /** The part of the scheduled redrive that makes letters due whose references have arrived. */
  releaseArrived(): Promise<number>;
  /** Runs the scheduled redrive once. */
  redriveOnSchedule(): Promise<Record<string, unknown>>;
  /** States and resolutions in the order of the letters. */
  readStates(): Promise<unknown[][]>;
}

export interface RedriveWishes extends Partial<
  Omit<RedriveLettersOptions, "changes">
> {
  /** As they are typed. */
  readonly set?: readonly string[];
}

const HOLD_TIMEOUT_MS = 100_000;
const TRANSACTION_TIMEOUT_MS = 20_000;

/** Registers the hooks that open and close what letters need; `topics` are watched. */
export function useLetters(
  database: DatabaseInUse,
  topics: readonly string[] = [],
): LettersInUse {
  let watch: TopicWatch | undefined;
  let stores: ReturnType<typeof openStores> | undefined;
  let freeTopics: (() => Promise<void>) | undefined;
  /** The topic's offsets are the test's own: letters are known by them. */
  let nextOffset = 0;

  beforeAll(async () => {
    stores = openStores(database.url("ingest"));
    if (topics.length === 0) return;
    freeTopics = await holdTopics(topics);
    await createTopics(
      { bootstrapServers: [kafkaBootstrapServers()] },
      TOPICS.filter(({ topic }) => topics.includes(topic)),
    );
    watch = await watchTopics(kafkaBootstrapServers(), topics);
  });
  beforeEach(async () => {
    nextOffset = 0;
    // What the test before has left there.
    await watch?.takeSent();
  });
  afterAll(async () => {
    await Promise.all([stores?.close(), watch?.close()]);
    await freeTopics?.();
  });

  const storingRejections = async (
    work: (publish: PublishRejections) => Promise<RecordOutcome[]>,
  ): Promise<string[]> => {
    const rejected: Rejection[] = [];
    const outcomes = await work((rejections) => {
      rejected.push(...rejections);
      return Promise.resolve();
    });
    await inUse.reject(...rejected);
    return nameOutcomes(outcomes);
  };
  const inUse: LettersInUse = {
    reject: async (...rejections) => {
      await storeLetters(
        found(stores).letters,
        rejections.map((rejection) => toCarrier(rejection, nextOffset++)),
      );
      const rows = await database.list(
        `select dead_letter_id::text from dead_letters order by dead_letter_id desc limit ${rejections.length}`,
      );
      return rows.map(([id]) => String(id)).toReversed();
    },
    redrive: async (ids, { set = [], ...options } = {}) =>
      redriveLetters(
        ids.map((id) => ({ id, byteCount: 0 })),
        {
          kafkaBootstrapServers: kafkaBootstrapServers(),
          databaseUrl: database.url("ingest"),
          states: ["waiting", "buried"],
          changes: set.flatMap((text) => splitFieldChange(text) ?? []),
          action: { actor: "ann", note: null },
          isDryRun: false,
          clock: systemClock,
          signal: new AbortController().signal,
          ...options,
        },
      ),
    takeSent: () => found(watch).takeSent(),
    apply: (records) =>
      storingRejections((publish) =>
        found(stores).warehouse.applyMicroBatch(
          splitRecords(STREAM_EVENTS_TOPIC, records),
          publish,
        ),
      ),
    load: (dimension, records) =>
      storingRejections((publish) =>
        found(stores).dimensions.applyDimensionBatch(
          splitDimensionRecords(dimension, records),
          publish,
        ),
      ),
    releaseArrived: () => found(stores).store.releaseArrived(1000, 0),
    redriveOnSchedule: async () => {
      const { store, publisher } = found(stores);
      const { summary } = await redrive({
        store,
        publisher,
        attemptLimit: 5,
        backoffMs: 0,
        outcomeTimeoutMs: 600_000,
      })({}, { getRemainingTimeInMillis: () => 60_000 });
      return { ...summary };
    },
    readStates: () =>
      database.list(
        "select state, resolution from dead_letters order by dead_letter_id",
      ),
  };
  return inUse;
}

/** Topics have fixed names, and the files of a run share a broker: one file at a time. */
async function holdTopics(
  topics: readonly string[],
): Promise<() => Promise<void>> {
  const held = Promise.withResolvers<void>();
  const { promise: isFree, resolve: free } = Promise.withResolvers<void>();
  const path = join(inject("serversDir"), `${topics.join("-")}.lock`);
  const holding = withFileLock(path, HOLD_TIMEOUT_MS, async () => {
    held.resolve();
    await isFree;
  });
  await Promise.race([held.promise, holding]);
  return async () => {
    free();
    await holding;
  };
}

function openStores(databaseUrl: string) {
  const options = {
    databaseUrl,
    applicationName: "test",
    transactionTimeoutMs: TRANSACTION_TIMEOUT_MS,
  };
  const letters = createDeadLetterStore(options);
  const warehouse = createStreamEventWarehouse(options);
  const dimensions = createDimensionWarehouse(options);
  const store = createRedriveStore({ ...options, actor: "schedule" });
  const publisher = createRecordPublisher({
    bootstrapServers: [kafkaBootstrapServers()],
  });
  return {
    letters,
    warehouse,
    dimensions,
    store,
    publisher,
    close: async () => {
      await Promise.all(
        [letters, warehouse, dimensions, store, publisher].map((opened) =>
          opened.close(),
        ),
      );
    },
  };
}

async function storeLetters(
  store: ReturnType<typeof createDeadLetterStore>,
  carriers: readonly KafkaRecord[],
): Promise<void> {
  // One at a time: within one statement letters are stored in the order of their identity.
  for (const carrier of carriers)
    await store.storeLetters(
      DEAD_LETTER_TOPIC,
      [carrier],
      [readDeadRecord(carrier)],
    );
}

/** The record of the dead-letter topic that holds the letter of a rejection. */
function toCarrier(
  { record, reason = "invalid_schema", ...rest }: Partial<Rejection>,
  offset: number,
): KafkaRecord {
  if (record === undefined) throw new TypeError("a rejection needs a record");
  const letter = encodeDeadLetter(
    { record, reason, detail: "of a test", ...rest },
    { functionVersion: "1", atMs: record.timestampMs + 1 },
  );
  return {
    topic: DEAD_LETTER_TOPIC,
    partition: 0,
    offset,
    timestampMs: record.timestampMs + 1,
    key: Buffer.from(letter.key),
    value: letter.value,
    headers: letter.headers,
  };
}

function found<Value>(value: Value | undefined): Value {
  if (value === undefined)
    throw new Error("letters are made usable in a hook: use them in a test");
  return value;
}
