import type { Clock } from "#compose/event-source-mapping/clock.ts";
import type { Invoker } from "#compose/event-source-mapping/invoker.ts";
import { PipelineError } from "#shared/errors.ts";
import { invokeFunction } from "./invoke-function.ts";
import type { Status } from "./read-status.ts";

const POLL_INTERVAL_MS = 200;

export interface DrainOptions {
  readonly invoker: Invoker;
  readonly clock: Pick<Clock, "elapsed" | "delay">;
  readonly readStatus: () => Promise<Status>;
  /** Also closes the windows that are still open. */
  readonly closesOpenWindows: boolean;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/**
 * Waits until every topic is consumed, then has everything revised and published that is due, until nothing is left
 * of either. Throws `not_drained` (external), naming what is left, when the time is up, and the signal's reason.
 */
export async function drain(options: DrainOptions): Promise<Status> {
  const { invoker, clock, readStatus, closesOpenWindows, timeoutMs, signal } =
    options;
  const deadlineMs = clock.elapsed() + timeoutMs;
  for (;;) {
    let status = await readStatus();
    if (listLags(status).length === 0 && hasLettersToRedrive(status)) {
      // What is sent again has to be consumed like everything else, and only then is known what became of it.
      await invokeFunction(invoker, "redrive", { flush: true });
    } else if (listLags(status).length === 0) {
      await invokeFunction(invoker, "close-windows", {
        flush: true,
        closeOpenWindows: closesOpenWindows,
      });
      // What came in meanwhile counts too.
      status = await readStatus();
      if (describeRest(status, closesOpenWindows).length === 0) return status;
    }
    if (clock.elapsed() >= deadlineMs)
      throw notDrained(describeRest(status, closesOpenWindows), timeoutMs);
    await clock.delay(POLL_INTERVAL_MS, signal);
    signal.throwIfAborted();
  }
}

/** Names what keeps the status from being drained; empty when it is. */
export function describeRest(
  status: Status,
  closesOpenWindows: boolean,
): string[] {
  const total = (count: (window: Status["windows"][number]) => number) =>
    status.windows.reduce((sum, window) => sum + count(window), 0);
  const counts: [number: number, what: string][] = [
    [total(({ dueCount }) => dueCount), "windows due"],
    [total(({ markedCount }) => markedCount), "windows to be revised"],
    [
      closesOpenWindows ? total(({ openCount }) => openCount) : 0,
      "windows open",
    ],
  ];
  return [
    ...listLags(status),
    ...(hasLettersToRedrive(status)
      ? [
          `${status.letters.due} dead letters to be sent again, ${status.letters.redriven} not heard of yet`,
        ]
      : []),
    ...counts
      .filter(([count]) => count > 0)
      .map(([count, what]) => `${count} ${what}`),
  ];
}

function hasLettersToRedrive({ letters }: Status): boolean {
  return letters.due + letters.redriven > 0;
}

function listLags({ topics }: Status): string[] {
  return topics
    .filter(({ lag }) => lag > 0)
    .map(({ topic, lag }) => `${topic} has ${lag} records to go`);
}

function notDrained(rest: readonly string[], timeoutMs: number): PipelineError {
  return new PipelineError(
    `Not drained after ${timeoutMs / 1000} s: ${rest.join(", ")}. See npm run status and .data/logs for what holds it up, or give it longer with --timeout.`,
    { code: "not_drained", domain: "external", retry: true },
  );
}
