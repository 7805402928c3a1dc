import {
  coverFilteredOut,
  createAssignedPartition,
  statusOf,
} from "./assigned-partition.ts";
import type {
  AssignedPartition,
  PartitionStatus,
} from "./assigned-partition.ts";
import { assembleBatch } from "./assemble-batch.ts";
import { CommitQueue } from "./commit-queue.ts";
import { committableOffset } from "./committable-offset.ts";
import type {
  ConsumerSession,
  FetchedBatch,
  SessionListener,
} from "./consumer-session.ts";
import type { PartitionSlice } from "./encode-event.ts";
import type { FetchedRecord } from "./encode-record.ts";
import { Flights } from "./flights.ts";
import type { PollerContext } from "./poller-context.ts";
import { PositionKeeper } from "./position-keeper.ts";
import { SessionLoop } from "./session-loop.ts";
import { WakeUpCall } from "./wake-up-call.ts";

/** One member of the consumer group: fetches into bounded buffers, cuts batches, has them run, commits. */
export class Poller implements SessionListener {
  readonly #context: PollerContext;
  readonly #commits: CommitQueue;
  readonly #positions: PositionKeeper;
  readonly #flights: Flights;
  readonly #sessions: SessionLoop;
  readonly #wakeUp: WakeUpCall;
  readonly #assigned = new Map<number, AssignedPartition>();
  readonly #ready = Promise.withResolvers<void>();
  #room = Promise.withResolvers<void>();
  #session: ConsumerSession | null = null;
  #assignment = new AbortController();
  #isStopping = false;

  constructor(context: PollerContext) {
    const { environment, choices } = context;
    this.#context = context;
    this.#sessions = new SessionLoop(context, this);
    this.#wakeUp = new WakeUpCall(environment.clock, () => this.dispatch());
    this.#commits = new CommitQueue({
      commit: (offsets) => this.#commit(offsets),
      clock: environment.clock,
      backoff: choices,
      onCommitted: (partition, { offset, eventCount }) => {
        environment.counters.CommittedEventCount += eventCount;
        context.register.markCommitted(partition, offset);
        const state = this.#assigned.get(partition);
        if (state !== undefined) state.acknowledged = offset;
      },
      onFailed: (error) => {
        environment.counters.CommitErrorCount += 1;
        environment.onProblem(`Offsets were not committed: ${String(error)}`);
      },
    });
    this.#positions = new PositionKeeper(context, this.#commits);
    this.#flights = new Flights(context, {
      onHandled: (partition, eventCount) => {
        const state = this.#assigned.get(partition);
        if (state !== undefined) state.handledEventCount += eventCount;
      },
      onAdvanced: () => {
        for (const state of this.#assigned.values()) this.#applyHandled(state);
      },
      onInternalError: () => {
        // At once: the session ends later, and the batch behind the failed one would begin meanwhile.
        this.onRevoked();
        this.#sessions.restart();
      },
    });
  }

  /** Resolves when this poller has joined its group and knows from where to read, or is stopped. */
  async start(): Promise<void> {
    this.#sessions.start();
    await this.#ready.promise;
  }

  /** Finishes the invocations in flight, commits what they handled, and leaves the group. */
  async stop(): Promise<void> {
    this.#isStopping = true;
    this.#wakeUp.cancel();
    this.#room.resolve();
    this.#session?.pause([...this.#assigned.keys()]);
    this.#flights.abort("stopping");
    await this.#flights.landed();
    await this.#commits.close();
    await this.#sessions.stop();
    this.#ready.resolve();
  }

  get partitions(): readonly PartitionStatus[] {
    return [...this.#assigned.values()].map(statusOf);
  }

  /** Records that were fetched and have no outcome yet. */
  get pendingEventCount(): number {
    let count = this.#flights.eventCount;
    for (const { buffer } of this.#assigned.values()) count += buffer.count;
    return count;
  }

  /** Whether the group has given it its partitions, be it none. */
  get isMember(): boolean {
    return this.#session !== null;
  }

  owns(partition: number): boolean {
    return this.#assigned.has(partition);
  }

  onAssigned(partitions: readonly number[], session: ConsumerSession): void {
    this.onRevoked();
    this.#session = session;
    for (const partition of partitions) {
      this.#assigned.set(
        partition,
        createAssignedPartition(this.#context.topic, partition),
      );
    }
    void this.#beginReading(session);
  }

  onRevoked(): void {
    this.#assignment.abort();
    this.#assignment = new AbortController();
    this.#flights.abort("revoked");
    this.#commits.clear();
    this.#wakeUp.cancel();
    for (const state of this.#assigned.values()) this.#forget(state);
    this.#assigned.clear();
    this.#session = null;
    this.#makeRoom();
  }

  onFetched(batch: FetchedBatch): boolean {
    const session = this.#session;
    const state = this.#assigned.get(batch.partition);
    if (
      session === null ||
      state === undefined ||
      !state.isPositioned ||
      this.#isStopping
    )
      return false;
    if (batch.fetchedOffset !== state.fetched) {
      session.pause([state.partition]);
      void this.#recover(session, state, batch.fetchedOffset);
      return false;
    }
    const { counters, clock } = this.#context.environment;
    state.fetched = batch.nextOffset;
    state.highWatermark = batch.highWatermark;
    counters.PolledEventCount += batch.records.length;
    state.buffer.append(this.#filter(state, batch), clock.elapsed());
    this.#applyHandled(state);
    if (state.buffer.encodedBytes >= this.#bytesPerPartition()) {
      state.isFull = true;
      session.pause([state.partition]);
    }
    this.dispatch();
    return true;
  }

  waitForRoom(): Promise<void> | null {
    if (this.#isStopping || this.#assigned.size === 0) return null;
    for (const { isFull } of this.#assigned.values()) if (!isFull) return null;
    return this.#room.promise;
  }

  /** Called when a partition has become free, in whichever poller. */
  onReleased(): void {
    for (const state of this.#assigned.values()) this.#applyHandled(state);
    // What was handled before a rebalance may have emptied a buffer that no batch will be taken from.
    this.#resumeDrained();
    this.dispatch();
  }

  /** Starts as many invocations as there are closed batches and free places. */
  dispatch(): void {
    const { environment, register, limits, maximumInvocations } = this.#context;
    while (!this.#isStopping && this.#flights.count < maximumInvocations) {
      const free = [...this.#assigned.values()].filter(
        ({ partition, isPositioned }) =>
          isPositioned && register.isFree(partition),
      );
      const next = assembleBatch(
        free,
        limits,
        environment.format,
        environment.clock.elapsed(),
        maximumInvocations - this.#flights.count,
      );
      if (next.kind === "nothing") return;
      if (next.kind === "open") {
        this.#wakeUp.at(next.closesAtMs);
        return;
      }
      this.#flights.begin(next);
      this.#moveBack(next.kind === "batch" ? next.slices : [next.slice]);
      this.#resumeDrained();
    }
  }

  async #beginReading(session: ConsumerSession): Promise<void> {
    const { signal } = this.#assignment;
    await this.#positions.establish(
      session,
      [...this.#assigned.values()],
      signal,
    );
    if (signal.aborted) return;
    this.onReleased();
    await this.#commits.drained();
    this.#ready.resolve();
  }

  async #recover(
    session: ConsumerSession,
    state: AssignedPartition,
    fetchedOffset: number,
  ): Promise<void> {
    await this.#positions.recover(session, state, {
      fetchedOffset,
      onIncarnation: () => this.#forget(state),
      signal: this.#assignment.signal,
    });
    this.dispatch();
  }

  async #commit(offsets: ReadonlyMap<number, number>): Promise<void> {
    if (this.#session === null)
      throw new Error("The poller is no member of its group at the moment.");
    await this.#session.commit(offsets);
  }

  /** The records that wait for the function; the others are counted, and come to be covered by a commit (9, 12). */
  #filter(
    state: AssignedPartition,
    { records, nextOffset }: FetchedBatch,
  ): readonly FetchedRecord[] {
    const { recordFilter, register, environment } = this.#context;
    if (recordFilter === null) return records;
    // What was handled before a rebalance has counted then, and leaves the buffer again at once.
    const handled = register.handledOffset(state.partition) ?? 0;
    const passed = records.filter(
      ({ offset, value }) => Number(offset) < handled || recordFilter(value),
    );
    const eventCount = records.length - passed.length;
    environment.counters.FilteredOutEventCount += eventCount;
    if (eventCount > 0) state.filteredOut.push({ nextOffset, eventCount });
    return passed;
  }

  /** Without a batch in flight, what lies below the first waiting record was handled or filtered out. */
  #markFiltered({
    partition,
    buffer,
    fetched,
    filteredOut,
  }: AssignedPartition): void {
    const { register } = this.#context;
    // While the poller stops, what lies below may be the rest of a batch that was given up.
    if (
      filteredOut.length === 0 ||
      this.#isStopping ||
      !register.isFree(partition)
    )
      return;
    register.markFiltered(partition, buffer.headOffset ?? fetched);
  }

  /** Gives back what waits, and what was filtered out but not covered by a commit: it is polled and counted again. */
  #forget(state: AssignedPartition): void {
    const filteredOut = coverFilteredOut(state, Number.POSITIVE_INFINITY);
    this.#context.environment.counters.FilteredOutEventCount -= filteredOut;
    this.#uncount(state.buffer.clear() + filteredOut);
  }

  /** Drops fetched records that an invocation from before a rebalance has handled meanwhile, and commits what can be. */
  #applyHandled(state: AssignedPartition): void {
    if (!state.isPositioned) return;
    const { register } = this.#context;
    const before = register.handledOffset(state.partition);
    if (before !== null) {
      const dropped = state.buffer.dropBelow(before);
      this.#uncount(dropped);
      state.handledEventCount += dropped;
    }
    this.#markFiltered(state);
    const handled = register.handledOffset(state.partition);
    const offset = committableOffset({
      handled,
      committed: state.committed,
      fetched: state.fetched,
    });
    if (offset === null) return;
    state.committed = offset;
    state.handledEventCount += coverFilteredOut(state, offset);
    this.#commits.add(state.partition, {
      offset,
      eventCount: state.handledEventCount,
    });
    state.handledEventCount = 0;
  }

  // Given back to be polled again: a record counts once.
  #uncount(eventCount: number): void {
    this.#context.environment.counters.PolledEventCount -= eventCount;
  }

  #bytesPerPartition(): number {
    return this.#context.choices.bufferedBytesPerPoller / this.#assigned.size;
  }

  // The map's order is the order of service: under a backlog the partitions advance in step, not one after the other.
  #moveBack(slices: readonly PartitionSlice[]): void {
    for (const { partition } of slices) {
      const state = this.#assigned.get(partition);
      if (state === undefined) continue;
      this.#assigned.delete(partition);
      this.#assigned.set(partition, state);
    }
  }

  #resumeDrained(): void {
    const lowWaterBytes = this.#bytesPerPartition() / 2;
    const drained = [...this.#assigned.values()].filter(
      ({ isFull, buffer }) => isFull && buffer.encodedBytes <= lowWaterBytes,
    );
    if (drained.length === 0) return;
    for (const state of drained) state.isFull = false;
    this.#session?.resume(drained.map(({ partition }) => partition));
    this.#makeRoom();
  }

  #makeRoom(): void {
    this.#room.resolve();
    this.#room = Promise.withResolvers<void>();
  }
}
