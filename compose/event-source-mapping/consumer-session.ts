import { setTimeout as delay } from "node:timers/promises";
import type { Admin, Consumer, EachBatchPayload, Kafka } from "kafkajs";
import type { Choices } from "./choices.ts";
import type { FetchedRecord } from "./encode-record.ts";
import type { OffsetRange } from "./resolve-position.ts";

/** The records that one fetch brought of one partition. */
export interface FetchedBatch {
  readonly partition: number;
  readonly records: readonly FetchedRecord[];
  /** The offset that was asked for; records may begin later. */
  readonly fetchedOffset: number;
  readonly nextOffset: number;
  readonly highWatermark: number;
}

/** What a session tells its poller, always synchronously and in the order of the group's own events. */
export interface SessionListener {
  /** Everything before is void: the committed offsets count again. All partitions are paused until `resume`. */
  onAssigned(partitions: readonly number[], session: ConsumerSession): void;
  onRevoked(): void;
  /** Answers whether the records were taken; if not, they are fetched again. */
  onFetched(batch: FetchedBatch): boolean;
  /** Resolves when there is room for records again; `null` = there is. */
  waitForRoom(): Promise<void> | null;
}

/** One membership in the consumer group, from joining it to leaving or losing it. */
export interface ConsumerSession {
  pause(partitions: readonly number[]): void;
  resume(partitions: readonly number[]): void;
  seek(partition: number, offset: number): void;
  /** Rejects unless the group has taken the offsets. */
  commit(offsets: ReadonlyMap<number, number>): Promise<void>;
  /** `null` = the group has no offset for the partition. */
  committedOffsets(): Promise<ReadonlyMap<number, number | null>>;
  offsetRanges(): Promise<ReadonlyMap<number, OffsetRange>>;
  /** First offsets at or after a time in milliseconds. */
  offsetsAt(timestampMs: number): Promise<ReadonlyMap<number, number>>;
  close(): Promise<void>;
  /** Resolves with the error that ended the session, or with `null` after `close`. */
  readonly ended: Promise<Error | null>;
}

interface SessionOptions {
  readonly kafka: Kafka;
  readonly groupId: string;
  readonly topic: string;
  readonly choices: Choices;
  readonly listener: SessionListener;
}

/** Joins the group; rejects when the broker cannot be reached. */
export async function openConsumerSession(
  options: SessionOptions,
): Promise<ConsumerSession> {
  const { kafka, groupId, choices } = options;
  const consumer = kafka.consumer({
    groupId,
    sessionTimeout: choices.sessionTimeoutMs,
    heartbeatInterval: choices.heartbeatIntervalMs,
    rebalanceTimeout: choices.rebalanceTimeoutMs,
    maxBytes: choices.fetchedBytes,
    maxBytesPerPartition: choices.fetchedBytesPerPartition,
    maxWaitTimeInMs: choices.fetchWaitMs,
    metadataMaxAge: choices.newPartitionsMs,
    // The poller opens a new session itself, so that one place decides when and says so.
    retry: {
      maxRetryTime: choices.maximumReconnectMs,
      restartOnFailure: () => Promise.resolve(false),
    },
  });
  const admin = kafka.admin({
    retry: { maxRetryTime: choices.maximumReconnectMs },
  });
  const session = new KafkaSession(consumer, admin, options);
  try {
    await Promise.all([consumer.connect(), admin.connect()]);
    await consumer.subscribe({ topic: options.topic, fromBeginning: true });
    await session.run();
  } catch (error) {
    await session.close();
    throw error;
  }
  return session;
}

class KafkaSession implements ConsumerSession {
  readonly ended: Promise<Error | null>;
  readonly #consumer: Consumer;
  readonly #admin: Admin;
  readonly #options: SessionOptions;
  readonly #end: (reason: Error | null) => void;
  #commitUnretried: EachBatchPayload["commitOffsetsIfNecessary"] | null = null;
  #isOver = false;

  constructor(consumer: Consumer, admin: Admin, options: SessionOptions) {
    this.#consumer = consumer;
    this.#admin = admin;
    this.#options = options;
    const { promise, resolve } = Promise.withResolvers<Error | null>();
    this.ended = promise;
    this.#end = resolve;
  }

  async run(): Promise<void> {
    const { topic, listener } = this.#options;
    const { events } = this.#consumer;
    this.#consumer.on(events.GROUP_JOIN, ({ payload }) => {
      const partitions = payload.memberAssignment[topic] ?? [];
      this.pause(partitions);
      listener.onAssigned(partitions, this);
    });
    this.#consumer.on(events.REBALANCING, () => listener.onRevoked());
    // The client refuses every call from here on; CRASH follows when it is not our own doing.
    this.#consumer.on(events.STOP, () => {
      this.#isOver = true;
      listener.onRevoked();
    });
    this.#consumer.on(events.CRASH, ({ payload }) => {
      this.#isOver = true;
      this.#end(payload.error);
    });
    await this.#consumer.run({
      autoCommit: false,
      eachBatchAutoResolve: false,
      eachBatch: (payload) => this.#receive(payload),
    });
  }

  pause(partitions: readonly number[]): void {
    if (this.#isOver || partitions.length === 0) return;
    this.#consumer.pause([
      { topic: this.#options.topic, partitions: [...partitions] },
    ]);
  }

  resume(partitions: readonly number[]): void {
    if (this.#isOver || partitions.length === 0) return;
    this.#consumer.resume([
      { topic: this.#options.topic, partitions: [...partitions] },
    ]);
  }

  seek(partition: number, offset: number): void {
    if (this.#isOver) return;
    this.#consumer.seek({
      topic: this.#options.topic,
      partition,
      offset: String(offset),
    });
  }

  async commit(offsets: ReadonlyMap<number, number>): Promise<void> {
    const { topic } = this.#options;
    const partitions = [...offsets].map(([partition, offset]) => ({
      partition,
      offset: String(offset),
    }));
    if (this.#isOver)
      throw new Error("The poller is no member of its group any more.");
    // The consumer's own commitOffsets tries again after a rebalance, in the new generation, and could so set back
    // what another member committed meanwhile. The one that eachBatch brings is tried once and is fenced by the group.
    if (this.#commitUnretried !== null) {
      await this.#commitUnretried({ topics: [{ topic, partitions }] });
      return;
    }
    await this.#consumer.commitOffsets(
      partitions.map((partition) => ({ topic, ...partition })),
    );
    // The client says nothing when it commits nothing because it stops.
    if (this.#isOver)
      throw new Error("The poller left its group while it committed.");
  }

  async committedOffsets(): Promise<ReadonlyMap<number, number | null>> {
    const { groupId, topic } = this.#options;
    const [response] = await this.#admin.fetchOffsets({
      groupId,
      topics: [topic],
    });
    return new Map(
      response?.partitions.map(({ partition, offset }) => [
        partition,
        Number(offset) < 0 ? null : toOffset(offset),
      ]),
    );
  }

  async offsetRanges(): Promise<ReadonlyMap<number, OffsetRange>> {
    const ranges = await this.#admin.fetchTopicOffsets(this.#options.topic);
    return new Map(
      ranges.map(({ partition, low, high }) => [
        partition,
        { low: toOffset(low), high: toOffset(high) },
      ]),
    );
  }

  async offsetsAt(timestampMs: number): Promise<ReadonlyMap<number, number>> {
    const offsets = await this.#admin.fetchTopicOffsetsByTimestamp(
      this.#options.topic,
      timestampMs,
    );
    return new Map(
      offsets.map(({ partition, offset }) => [partition, toOffset(offset)]),
    );
  }

  async close(): Promise<void> {
    await this.#consumer.disconnect();
    await this.#admin.disconnect();
    this.#end(null);
  }

  async #receive(payload: EachBatchPayload): Promise<void> {
    const { batch } = payload;
    const { listener, choices } = this.#options;
    this.#commitUnretried = (offsets) =>
      payload.commitOffsetsIfNecessary(offsets);
    const last = batch.messages.at(-1);
    if (last === undefined) return;
    const wasTaken = listener.onFetched({
      partition: batch.partition,
      records: batch.messages,
      fetchedOffset: fetchedOffset(batch),
      // Behind the control records of a transaction, which the client does not show.
      nextOffset: toOffset(batch.lastOffset()) + 1,
      highWatermark: toOffset(batch.highWatermark),
    });
    if (wasTaken) payload.resolveOffset(last.offset);
    // With every partition paused the client would sleep without looking up; here it wakes as soon as there is room,
    // and goes on beating until then.
    for (
      let room = listener.waitForRoom();
      room !== null && payload.isRunning();
      room = listener.waitForRoom()
    ) {
      await awaitAtMost(room, choices.heartbeatIntervalMs);
      await payload.heartbeat();
    }
  }
}

/** Choice of event-source-mapping.md, 6: an offset that a JSON number cannot hold is an error, never rounded. */
export function toOffset(digits: string): number {
  const offset = Number(digits);
  if (!Number.isSafeInteger(offset)) {
    throw new RangeError(
      `Offset ${digits} is beyond 2^53-1, which a function could not tell from its neighbours.`,
    );
  }
  return offset;
}

// A public field of the client's Batch, though not of its type: without it a reset of the position goes unseen.
function fetchedOffset(
  batch: EachBatchPayload["batch"] & { readonly fetchedOffset?: string },
): number {
  return toOffset(batch.fetchedOffset ?? batch.messages[0]?.offset ?? "0");
}

async function awaitAtMost(
  promise: Promise<void>,
  durationMs: number,
): Promise<void> {
  const timer = new AbortController();
  // Aborting the delay rejects it after the race is decided: nobody is left to hear it.
  await Promise.race([
    promise,
    delay(durationMs, undefined, { signal: timer.signal }).catch(
      () => undefined,
    ),
  ]);
  timer.abort();
}
