import type {
  ConsumerSession,
  FetchedBatch,
  SessionListener,
} from "#compose/event-source-mapping/consumer-session.ts";
import type { CommitModel } from "./commit-model.ts";
import { fetchedRecord } from "./fetched-records.ts";

interface Request {
  readonly session: ConsumerSession;
  readonly offsets: ReadonlyMap<number, number>;
  readonly answer: PromiseWithResolvers<void>;
}

/** A consumer group with one member under test: it gives it partitions and records, and answers its commits when told. */
export class GroupInMemory {
  /** Commits that were asked for against the rule. */
  readonly faults: string[] = [];
  readonly #model: CommitModel;
  readonly #listener: SessionListener;
  readonly #recordCount: number;
  readonly #positions = new Map<number, number>();
  readonly #paused = new Set<number>();
  #requests: Request[] = [];
  #session: ConsumerSession | null = null;

  constructor(
    model: CommitModel,
    listener: SessionListener,
    recordCount: number,
  ) {
    this.#model = model;
    this.#listener = listener;
    this.#recordCount = recordCount;
  }

  get pendingCommits(): number {
    return this.#requests.length;
  }

  /** A rebalance: whatever the member had is taken from it. */
  assign(partitions: readonly number[]): void {
    this.#listener.onRevoked();
    this.#model.owned = new Set(partitions);
    const lost = this.#requests;
    this.#requests = [];
    for (const { answer } of lost) answer.reject(new Error("not a member"));
    this.#positions.clear();
    this.#paused.clear();
    const session = this.#createSession();
    this.#session = session;
    for (const partition of partitions) this.#paused.add(partition);
    this.#listener.onAssigned(partitions, session);
  }

  /** Gives the member the next records of a partition, if it takes any at the moment. */
  fetch(partition: number, count: number): void {
    const from = this.#positions.get(partition);
    if (from === undefined || this.#paused.has(partition)) return;
    const nextOffset = Math.min(from + count, this.#recordCount);
    if (nextOffset === from) return;
    const batch: FetchedBatch = {
      partition,
      records: Array.from({ length: nextOffset - from }, (_, index) =>
        fetchedRecord(from + index),
      ),
      fetchedOffset: from,
      nextOffset,
      highWatermark: this.#recordCount,
    };
    if (!this.#listener.onFetched(batch)) return;
    this.#positions.set(partition, nextOffset);
    this.#model.fetched[partition] = nextOffset;
  }

  /** Answers the commit that was asked for first. */
  answerCommit(isTaken: boolean): void {
    const request = this.#requests.shift();
    if (request === undefined) return;
    if (!isTaken) {
      request.answer.reject(new Error("the coordinator is away"));
      return;
    }
    this.#model.commit(request.offsets);
    request.answer.resolve();
  }

  #createSession(): ConsumerSession {
    const committed = (partition: number) => this.#model.committed(partition);
    const partitions = [...this.#model.fetched.keys()];
    const session: ConsumerSession = {
      pause: (paused) => {
        for (const partition of paused) this.#paused.add(partition);
      },
      resume: (resumed) => {
        for (const partition of resumed) this.#paused.delete(partition);
      },
      seek: (partition, offset) => {
        this.#positions.set(partition, offset);
      },
      commit: (offsets) => {
        if (session !== this.#session)
          return Promise.reject(new Error("not a member"));
        this.faults.push(...this.#model.judge(offsets));
        const answer = Promise.withResolvers<void>();
        this.#requests.push({ session, offsets, answer });
        return answer.promise;
      },
      committedOffsets: () =>
        Promise.resolve(
          new Map(
            partitions.map((partition) => [partition, committed(partition)]),
          ),
        ),
      offsetRanges: () =>
        Promise.resolve(
          new Map(
            partitions.map((partition) => [
              partition,
              { low: 0, high: this.#recordCount },
            ]),
          ),
        ),
      offsetsAt: () => Promise.resolve(new Map()),
      close: () => Promise.resolve(),
      ended: Promise.withResolvers<Error | null>().promise,
    };
    return session;
  }
}
