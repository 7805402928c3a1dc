import type { Clock } from "#compose/event-source-mapping/clock.ts";
import type { Invoker } from "#compose/event-source-mapping/invoker.ts";
import { PipelineError } from "#shared/errors.ts";
import { invokeFunction } from "./invoke-function.ts";
import { pacePolls } from "./pace-polls.ts";
import type { Status } from "./read-status.ts";

/** How long something may fail without a break: a server that is being restarted is back by then. */
const PATIENCE_MS = 30_000;

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
 * of either. What fails and may pass, such as a server that is being restarted, is tried again for half a minute from its
 * first failure. Throws `not_drained` (external), naming what is left, when the time is up, what fails for longer, and the
 * signal's reason.
 */
export async function drain(options: DrainOptions): Promise<Status> {
  const { clock, timeoutMs, signal } = options;
  const endsAtMs = clock.elapsed() + timeoutMs;
  const pace = pacePolls();
  let failingSinceMs: number | undefined;
  for (;;) {
    let left = 0;
    try {
      const { status, rest } = await advance(options);
      left = sumLags(status);
      if (rest.length === 0) return status;
      if (clock.elapsed() >= endsAtMs) throw notDrained(rest, timeoutMs);
      failingSinceMs = undefined;
    } catch (error) {
      const mayPass = error instanceof PipelineError && error.retry;
      const nowMs = clock.elapsed();
      failingSinceMs ??= nowMs;
      if (!mayPass || nowMs >= Math.min(endsAtMs, failingSinceMs + PATIENCE_MS))
        throw error;
    }
    const nowMs = clock.elapsed();
    await clock.delay(
      Math.max(0, Math.min(pace(nowMs, left), endsAtMs - nowMs)),
      signal,
    );
    signal.throwIfAborted();
  }
}

/** Does what can be done now; says what is left. */
async function advance({
  invoker,
  readStatus,
  closesOpenWindows,
}: DrainOptions): Promise<{ status: Status; rest: string[] }> {
  const before = await readStatus();
  const describe = (status: Status) => ({
    status,
    rest: describeRest(status, closesOpenWindows),
  });
  if (listLags(before).length > 0) return describe(before);
  if (hasLettersToRedrive(before)) {
    // What is sent again has to be consumed like everything else, and only then is known what became of it.
    await invokeFunction(invoker, "redrive", { flush: true });
    return describe(before);
  }
  await invokeFunction(invoker, "close-windows", {
    flush: true,
    closeOpenWindows: closesOpenWindows,
  });
  // What came in meanwhile counts too.
  return describe(await readStatus());
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

function sumLags({ topics }: Status): number {
  return topics.reduce((sum, { lag }) => sum + lag, 0);
}

function notDrained(rest: readonly string[], timeoutMs: number): PipelineError {
  return new PipelineError(
    `Not drained after ${timeoutMs / 1000} s: ${rest.join(", ")}. See npm run status and .data/logs for what holds it up, or give it longer with --timeout.`,
    { code: "not_drained", domain: "external", retry: true },
  );
}
