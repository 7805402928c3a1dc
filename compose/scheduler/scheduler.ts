import { runSchedule } from "./run-schedule.ts";
import type { Schedule } from "./schedule.ts";

/** The part of an invoker that a schedule needs; only `success` counts as done. */
export interface FunctionInvoker {
  invoke(
    functionName: string,
    payload: Uint8Array<ArrayBuffer>,
  ): Promise<{ readonly kind: string }>;
}

/** Time in milliseconds since the epoch; `delay` returns early when the signal is aborted. */
export interface Clock {
  now(): number;
  delay(delayMs: number, signal: AbortSignal): Promise<void>;
}

/** Takes one line for people. */
export type SchedulerLog = (message: string) => void;

export interface Scheduler {
  /** Starts no further invocation and waits for those in flight; throws what broke a schedule, if anything did. */
  stop(): Promise<void>;
}

/**
 * Fires every schedule at the whole multiples of its period, as EventBridge would: never two invocations of a
 * function at once. Nothing missed is dropped: an input with a `period` gets the time since the last success.
 */
export function startScheduler({
  schedules,
  invoker,
  clock,
  log,
  sinceMs = clock.now(),
}: {
  readonly schedules: readonly Schedule[];
  readonly invoker: FunctionInvoker;
  readonly clock: Clock;
  readonly log: SchedulerLog;
  /** Everything before is done (milliseconds since the epoch); the present time unless given. */
  readonly sinceMs?: number;
}): Scheduler {
  const stopping = new AbortController();
  const turns = new Map<string, Promise<void>>();
  const runs = schedules.map((schedule) => {
    const takeTurn = (task: () => Promise<void>): Promise<void> => {
      const turn = (turns.get(schedule.functionName) ?? Promise.resolve()).then(
        task,
      );
      turns.set(schedule.functionName, turn);
      return turn;
    };
    return runSchedule({
      schedule,
      invoker,
      clock,
      log,
      sinceMs,
      signal: stopping.signal,
      takeTurn,
    });
  });
  const ended = Promise.all(runs);
  // Reported by stop(); without a listener now, Node would end the process at once and leave the servers behind.
  ended.catch((error: unknown) =>
    log(`A schedule has broken off: ${String(error)}`),
  );
  return {
    stop: async () => {
      stopping.abort();
      await ended;
    },
  };
}
