import type { Clock } from "#compose/event-source-mapping/clock.ts";

interface Sleeper {
  wakeAtMs: number;
  readonly wake: () => void;
}

/** A clock that stands still until it is told the time. */
export class ManualClock implements Clock {
  #nowMs: number;
  #elapsedMs = 0;
  readonly #sleepers = new Set<Sleeper>();

  constructor(nowMs: number) {
    this.#nowMs = nowMs;
  }

  now(): number {
    return this.#nowMs;
  }

  elapsed(): number {
    return this.#elapsedMs;
  }

  delay(delayMs: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const sleeper: Sleeper = {
        wakeAtMs: this.#nowMs + delayMs,
        wake: () => {
          this.#sleepers.delete(sleeper);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal.addEventListener("abort", sleeper.wake);
    });
  }

  /** Puts the clock forward or back without time passing. */
  putTo(nowMs: number): void {
    for (const sleeper of this.#sleepers)
      sleeper.wakeAtMs += nowMs - this.#nowMs;
    this.#nowMs = nowMs;
  }

  /** Sets the time, wakes whoever slept until then, and lets everything run that can. */
  async advanceTo(nowMs: number): Promise<void> {
    this.#elapsedMs += nowMs - this.#nowMs;
    this.#nowMs = nowMs;
    for (const sleeper of this.#sleepers)
      if (sleeper.wakeAtMs <= nowMs) sleeper.wake();
    await settle();
  }
}

/** Lets all promise callbacks run that are ready. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
