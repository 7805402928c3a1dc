import { randomUUID } from "node:crypto";

import {
  buildScheduledInput,
  createScheduledEvent,
} from "./build-scheduled-input.ts";
import {
  alignToPeriod,
  planInvocation,
  type Stretch,
} from "./plan-invocations.ts";
import type { Schedule } from "./schedule.ts";
import type { Clock, FunctionInvoker, SchedulerLog } from "./scheduler.ts";

export interface ScheduleRun {
  readonly schedule: Schedule;
  readonly invoker: FunctionInvoker;
  readonly clock: Clock;
  readonly log: SchedulerLog;
  readonly sinceMs: number;
  readonly signal: AbortSignal;
  /** Runs the task when no other invocation of the function is in flight. */
  readonly takeTurn: (task: () => Promise<void>) => Promise<void>;
}

/** Fires one schedule until the signal; then it ends once the invocation in flight is over. */
export async function runSchedule(run: ScheduleRun): Promise<void> {
  const { schedule, clock, signal } = run;
  const { periodMs } = schedule;
  let doneUntilMs = alignToPeriod(run.sinceMs, periodMs);
  // An input with a period says how much event time to do, so a missed tick is made up for. Without one, the
  // function does whatever is due when it runs, and overdue ticks are one.
  const makesUp = hasPeriod(buildInput(schedule, doneUntilMs));
  const plan = (): Stretch | undefined => {
    if (makesUp) return planInvocation(doneUntilMs, clock.now(), periodMs);
    const dueMs = alignToPeriod(clock.now(), periodMs);
    // Unequal instead of later: a clock that was put back must not silence the schedule until it has caught up.
    return dueMs === doneUntilMs
      ? undefined
      : { fromMs: doneUntilMs, toMs: dueMs };
  };
  while (!signal.aborted) {
    let hasFailed = false;
    await run.takeTurn(async () => {
      const stretch = plan();
      if (stretch === undefined || signal.aborted) return;
      hasFailed = !(await invokeFor(run, stretch));
      if (!hasFailed) doneUntilMs = stretch.toMs;
    });
    // A failed stretch comes again with the next tick; what is merely overdue goes on at once.
    if (hasFailed || plan() === undefined) {
      const nowMs = clock.now();
      await clock.delay(
        alignToPeriod(nowMs, periodMs) + periodMs - nowMs,
        signal,
      );
    }
  }
}

async function invokeFor(
  { schedule, invoker, log }: ScheduleRun,
  { fromMs, toMs }: Stretch,
): Promise<boolean> {
  const input = buildInput(schedule, toMs);
  // Periods are whole seconds: no rate has a smaller unit.
  const payload = hasPeriod(input)
    ? { ...input, period: `${(toMs - fromMs) / 1000}s` }
    : input;
  const { kind } = await invoker.invoke(
    schedule.functionName,
    new TextEncoder().encode(JSON.stringify(payload)),
  );
  if (kind === "success") return true;
  log(
    `The schedule of ${schedule.functionName} failed (${kind}); it is tried again at its next time.`,
  );
  return false;
}

function buildInput(schedule: Schedule, atMs: number): unknown {
  return buildScheduledInput(
    schedule.input,
    createScheduledEvent(schedule, atMs, randomUUID()),
  );
}

function hasPeriod(input: unknown): input is { readonly period: unknown } {
  return (
    typeof input === "object" &&
    input !== null &&
    Object.hasOwn(input, "period")
  );
}
