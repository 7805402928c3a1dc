import type { Clock } from "./clock.ts";
import { backoffMs } from "./retry-decision.ts";

export interface PendingCommit {
  readonly offset: number;
  /** Records that the commit covers beyond the one before. */
  readonly eventCount: number;
}

interface CommitQueueOptions {
  /** One attempt; rejects unless all offsets are committed. */
  readonly commit: (offsets: ReadonlyMap<number, number>) => Promise<void>;
  readonly clock: Clock;
  readonly backoff: {
    readonly firstBackoffMs: number;
    readonly maximumBackoffMs: number;
  };
  readonly onCommitted: (partition: number, commit: PendingCommit) => void;
  readonly onFailed: (error: unknown) => void;
}

/** Commits the newest offset of each partition, one request at a time, so that no invocation waits for a commit. */
export class CommitQueue {
  readonly #options: CommitQueueOptions;
  #pending = new Map<number, PendingCommit>();
  #running: Promise<void> | null = null;
  #epoch = new AbortController();
  readonly #closing = new AbortController();

  constructor(options: CommitQueueOptions) {
    this.#options = options;
  }

  add(partition: number, commit: PendingCommit): void {
    const before = this.#pending.get(partition)?.eventCount ?? 0;
    this.#pending.set(partition, {
      offset: commit.offset,
      eventCount: before + commit.eventCount,
    });
    this.#running ??= this.#run();
  }

  /** Forgets what is pending: the partitions are not this member's any more. */
  clear(): void {
    this.#pending.clear();
    this.#epoch.abort();
    this.#epoch = new AbortController();
  }

  /** Resolves when nothing is pending. */
  async drained(): Promise<void> {
    await this.#running;
  }

  /** Tries what is pending once more at most, without waiting for the end of a back-off, and resolves when that is over. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { commit, clock, backoff, onCommitted, onFailed } = this.#options;
    let failures = 0;
    while (this.#pending.size > 0) {
      const commits = this.#pending;
      const epoch = this.#epoch;
      this.#pending = new Map();
      try {
        await commit(
          new Map(
            [...commits].map(([partition, { offset }]) => [partition, offset]),
          ),
        );
        failures = 0;
        if (!epoch.signal.aborted)
          for (const [partition, done] of commits) onCommitted(partition, done);
      } catch (error) {
        if (epoch.signal.aborted) continue;
        onFailed(error);
        if (this.#closing.signal.aborted) break;
        this.#putBack(commits);
        failures += 1;
        await clock.delay(
          backoffMs(failures, backoff),
          AbortSignal.any([epoch.signal, this.#closing.signal]),
        );
      }
    }
    this.#running = null;
  }

  #putBack(commits: ReadonlyMap<number, PendingCommit>): void {
    for (const [partition, { offset, eventCount }] of commits) {
      const newer = this.#pending.get(partition);
      this.#pending.set(partition, {
        offset: newer?.offset ?? offset,
        eventCount: (newer?.eventCount ?? 0) + eventCount,
      });
    }
  }
}
