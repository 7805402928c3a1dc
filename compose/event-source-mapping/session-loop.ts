import type { Choices } from "./choices.ts";
import { openConsumerSession } from "./consumer-session.ts";
import type { ConsumerSession, SessionListener } from "./consumer-session.ts";
import type { PollerContext } from "./poller-context.ts";
import { backoffMs } from "./retry-decision.ts";

/** Keeps a poller in its group: whenever a session ends by itself (the broker was away), opens another after a back-off. */
export class SessionLoop {
  readonly #context: PollerContext;
  readonly #listener: SessionListener;
  readonly #stop = new AbortController();
  #session: ConsumerSession | null = null;
  #running: Promise<void> | null = null;

  constructor(context: PollerContext, listener: SessionListener) {
    this.#context = context;
    this.#listener = listener;
  }

  start(): void {
    this.#running ??= this.#run();
  }

  /** Ends the session, so that a new one begins at the committed offsets. */
  restart(): void {
    if (this.#session !== null) void this.#close(this.#session);
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    if (this.#session !== null) await this.#close(this.#session);
    await this.#running;
  }

  async #run(): Promise<void> {
    const { choices, environment } = this.#context;
    const backoff = {
      firstBackoffMs: choices.firstBackoffMs,
      maximumBackoffMs: choices.maximumReconnectMs,
    };
    let failures = 0;
    while (!this.#stop.signal.aborted) {
      const { error, hasJoined } = await this.#runSession(choices);
      this.#listener.onRevoked();
      if (this.#stop.signal.aborted) break;
      environment.onProblem(
        `The poller lost its consumer group: ${error?.message ?? "closed"}`,
      );
      failures = hasJoined ? 1 : failures + 1;
      await environment.clock.delay(
        backoffMs(failures, backoff),
        this.#stop.signal,
      );
    }
  }

  async #runSession(
    choices: Choices,
  ): Promise<{ error: Error | null; hasJoined: boolean }> {
    const { kafka, groupId, topic } = this.#context;
    let hasJoined = false;
    const listener: SessionListener = {
      onAssigned: (partitions, session) => {
        hasJoined = true;
        this.#listener.onAssigned(partitions, session);
      },
      onRevoked: () => this.#listener.onRevoked(),
      onFetched: (batch) => this.#listener.onFetched(batch),
      waitForRoom: () => this.#listener.waitForRoom(),
    };
    try {
      const session = await openConsumerSession({
        kafka,
        groupId,
        topic,
        choices,
        listener,
      });
      this.#session = session;
      if (this.#stop.signal.aborted) await this.#close(session);
      const error = await session.ended;
      this.#session = null;
      await this.#close(session);
      return { error, hasJoined };
    } catch (error) {
      return {
        error: error instanceof Error ? error : new Error(String(error)),
        hasJoined,
      };
    }
  }

  async #close(session: ConsumerSession): Promise<void> {
    try {
      await session.close();
    } catch (error) {
      this.#context.environment.onProblem(
        `Leaving the consumer group failed: ${String(error)}`,
      );
    }
  }
}
