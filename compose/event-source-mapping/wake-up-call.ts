import type { Clock } from "./clock.ts";

/** Calls back at the end of a batching window; one call is outstanding at most. */
export class WakeUpCall {
  readonly #clock: Clock;
  readonly #onDue: () => void;
  #pending: {
    readonly atMs: number;
    readonly controller: AbortController;
  } | null = null;

  constructor(clock: Clock, onDue: () => void) {
    this.#clock = clock;
    this.#onDue = onDue;
  }

  /** By the clock's `elapsed`; replaces a call for another time. */
  at(atMs: number): void {
    if (this.#pending?.atMs === atMs) return;
    this.cancel();
    const controller = new AbortController();
    this.#pending = { atMs, controller };
    void this.#wait(atMs, controller);
  }

  cancel(): void {
    this.#pending?.controller.abort();
    this.#pending = null;
  }

  async #wait(atMs: number, { signal }: AbortController): Promise<void> {
    await this.#clock.delay(Math.max(0, atMs - this.#clock.elapsed()), signal);
    if (signal.aborted) return;
    this.#pending = null;
    this.#onDue();
  }
}
