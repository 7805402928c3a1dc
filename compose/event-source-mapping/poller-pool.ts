import type { Choices } from "./choices.ts";
import type { Clock } from "./clock.ts";
import { decidePollerCount } from "./decide-poller-count.ts";
import type { Poller } from "./poller.ts";

interface PollerPoolOptions {
  readonly create: () => Poller;
  readonly minimum: number;
  readonly maximum: number;
  readonly batchSize: number;
  readonly choices: Choices;
  readonly clock: Clock;
}

/** The pollers of one mapping: as many as its lag asks for, within what is declared, and no more than partitions. */
export class PollerPool {
  readonly #options: PollerPoolOptions;
  readonly #stopping = new AbortController();
  #members: readonly Poller[] = [];
  #scaling = Promise.resolve();

  constructor(options: PollerPoolOptions) {
    this.#options = options;
  }

  get members(): readonly Poller[] {
    return this.#members;
  }

  /** Resolves when the first pollers have joined their group, or are stopped. */
  async start(): Promise<void> {
    const { minimum, maximum } = this.#options;
    // The first poller alone, until it has pinned the offsets of all partitions: only then do the others know that
    // the starting position has done its part.
    const first = await this.#add();
    const count = Math.min(minimum, first?.partitions.length ?? 0);
    await Promise.all(
      Array.from({ length: Math.max(0, count - 1) }, () => this.#add()),
    );
    if (maximum > 1) this.#scaling = this.#scale();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#members.map((poller) => poller.stop()));
    await this.#scaling;
  }

  async #scale(): Promise<void> {
    const { minimum, maximum, batchSize, choices, clock } = this.#options;
    const { signal } = this.#stopping;
    for (;;) {
      await clock.delay(choices.scalingIntervalMs, signal);
      if (signal.aborted) return;
      // In the middle of a rebalance nobody knows how many partitions there are.
      if (!this.#members.every((poller) => poller.isMember)) continue;
      const partitions = this.#members.flatMap((poller) => poller.partitions);
      const current = this.#members.length;
      const wanted = decidePollerCount({
        current,
        minimum,
        maximum,
        partitions: partitions.length,
        maximumLag: Math.max(0, ...partitions.map(({ lag }) => lag)),
        lagToGrow: batchSize * choices.lagBatchesToGrow,
      });
      if (wanted > current) await this.#add();
      if (wanted < current) await this.#removeLast();
    }
  }

  async #add(): Promise<Poller | null> {
    if (this.#stopping.signal.aborted) return null;
    const poller = this.#options.create();
    this.#members = [...this.#members, poller];
    await poller.start();
    return poller;
  }

  async #removeLast(): Promise<void> {
    const last = this.#members.at(-1);
    await last?.stop();
    this.#members = this.#members.filter((poller) => poller !== last);
  }
}
