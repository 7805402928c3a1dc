import type { AssignedPartition } from "./assigned-partition.ts";
import type { CommitQueue } from "./commit-queue.ts";
import type { ConsumerSession } from "./consumer-session.ts";
import { findPositions } from "./find-positions.ts";
import type { PollerContext } from "./poller-context.ts";
import { resolvePosition } from "./resolve-position.ts";
import { backoffMs } from "./retry-decision.ts";

/** Decides from where partitions are read, after an assignment and when the client's own position has jumped. */
export class PositionKeeper {
  readonly #context: PollerContext;
  readonly #commits: CommitQueue;

  constructor(context: PollerContext, commits: CommitQueue) {
    this.#context = context;
    this.#commits = commits;
  }

  /**
   * Positions and resumes newly assigned partitions. Each offset that the group lacks is committed at once: with
   * `LATEST`, whatever arrives before the first batch is done would otherwise be skipped by a restart.
   * Does nothing more once the signal says that the assignment is over.
   */
  async establish(
    session: ConsumerSession,
    states: readonly AssignedPartition[],
    signal: AbortSignal,
  ): Promise<void> {
    const { register, startingPosition } = this.#context;
    const positions = await this.#persist(signal, async () => {
      const found = await findPositions(
        session,
        register.hasCommitted ? null : startingPosition,
      );
      return states.map((state) => {
        const position = found.get(state.partition);
        if (position === undefined)
          throw new Error(
            `Kafka knows no partition ${state.partition} of the topic.`,
          );
        return { state, ...position };
      });
    });
    if (positions === null) return;
    for (const { state, offset, isOutOfRange, committed, range } of positions) {
      const { partition } = state;
      const known = register.committedOffset(partition);
      // Kafka drops the offsets of a group together with the topic: what comes under this name now is another one.
      const isReset =
        known !== null && (committed === null || committed < known);
      if (isOutOfRange || isReset) {
        this.#report(partition, committed ?? known, offset);
        register.forget(partition);
      }
      state.highWatermark = range.high;
      state.acknowledged = offset;
      if (committed === offset) register.markCommitted(partition, offset);
      else this.#commits.add(partition, { offset, eventCount: 0 });
      state.committed = offset;
      this.#readFrom(session, state, offset);
    }
    session.resume(states.map(({ partition }) => partition));
  }

  /**
   * The client fetched from elsewhere than it was to: it goes to the oldest record by itself when its offset is gone.
   * `onIncarnation` is called when the offsets have started again, so that what was fetched before is of another topic.
   */
  async recover(
    session: ConsumerSession,
    state: AssignedPartition,
    options: {
      readonly fetchedOffset: number;
      readonly onIncarnation: () => void;
      readonly signal: AbortSignal;
    },
  ): Promise<void> {
    state.isPositioned = false;
    const { partition, fetched } = state;
    const { fetchedOffset, onIncarnation, signal } = options;
    const range = await this.#persist(signal, async () => {
      const ranges = await session.offsetRanges();
      const found = ranges.get(partition);
      if (found === undefined)
        throw new Error(`Kafka knows no partition ${partition} of the topic.`);
      return found;
    });
    if (range === null) return;
    // It goes back only when the offset did not exist, even if by now the new records have come that far.
    const isBack = fetchedOffset < fetched;
    const { offset, isOutOfRange } = isBack
      ? { offset: range.low, isOutOfRange: true }
      : resolvePosition(fetched, null, range);
    if (isOutOfRange) this.#report(partition, fetched, offset);
    if (isBack) {
      this.#context.register.forget(partition);
      onIncarnation();
      state.committed = offset;
      state.acknowledged = offset;
      this.#commits.add(partition, { offset, eventCount: 0 });
    }
    state.highWatermark = range.high;
    this.#readFrom(session, state, offset);
    session.resume([partition]);
  }

  #readFrom(
    session: ConsumerSession,
    state: AssignedPartition,
    offset: number,
  ): void {
    state.fetched = offset;
    state.isPositioned = true;
    session.seek(state.partition, offset);
  }

  #report(partition: number, wanted: number | null, offset: number): void {
    const { counters, onProblem } = this.#context.environment;
    counters.OffsetOutOfRangeCount += 1;
    onProblem(
      `Offset ${wanted} of partition ${partition} is out of range; reading on from the oldest record, ${offset}.`,
    );
  }

  /** Repeats `read` until it succeeds; `null` when the assignment is over. */
  async #persist<T>(
    signal: AbortSignal,
    read: () => Promise<T>,
  ): Promise<T | null> {
    const { environment, choices } = this.#context;
    for (let failures = 1; !signal.aborted; failures += 1) {
      try {
        const result = await read();
        return signal.aborted ? null : result;
      } catch (error) {
        // The client ends with the assignment: what it could not read then is no problem of anybody's.
        if (signal.aborted) return null;
        environment.onProblem(
          `The partitions' offsets cannot be read: ${String(error)}`,
        );
        await environment.clock.delay(backoffMs(failures, choices), signal);
      }
    }
    return null;
  }
}
