import type { Invoker } from "#compose/event-source-mapping/invoker.ts";
import { systemClock } from "#compose/event-source-mapping/clock.ts";
import { startScheduler } from "#compose/scheduler/scheduler.ts";
import { openInvoker, type OpenInvoker } from "./open-invoker.ts";
import {
  openLocalStackInvoker,
  type LocalStackInvokerOptions,
} from "./open-localstack-invoker.ts";

/** Where functions run. */
export const INVOKER_KINDS = ["in-process", "localstack"] as const;
export type InvokerKind = (typeof INVOKER_KINDS)[number];

/** The declared functions, and what runs their schedules. */
export interface OpenFunctions {
  readonly invoker: OpenInvoker;
  /** Starts the schedules of these functions; what is missing since `sinceMs` is made up for, but not by LocalStack. */
  startSchedules(
    isWanted: (functionName: string) => boolean,
    sinceMs?: number,
  ): Promise<void>;
  /** Waits for the scheduled invocations that are under way, where they are ours. */
  stopSchedules(): Promise<void>;
}

export interface OpenFunctionsOptions extends LocalStackInvokerOptions {
  /** Puts something between every caller and the functions. */
  readonly wrapInvoker?: <Wrapped extends Invoker>(invoker: Wrapped) => Wrapped;
}

/** Opens the functions where they are to run; `invoker.stop` closes them. Throws what `openLocalStackInvoker` throws. */
export async function openFunctions(
  kind: InvokerKind,
  options: OpenFunctionsOptions,
): Promise<OpenFunctions> {
  const { declaration, dataDir, wrapInvoker = (invoker) => invoker } = options;
  const choose = (isWanted: (functionName: string) => boolean) =>
    declaration.schedules.filter(({ functionName }) => isWanted(functionName));
  if (kind === "localstack") {
    const invoker = wrapInvoker(await openLocalStackInvoker(options));
    return {
      invoker,
      startSchedules: (isWanted) => invoker.startSchedules(choose(isWanted)),
      stopSchedules: () => invoker.stopSchedules(),
    };
  }
  const invoker = wrapInvoker(openInvoker(declaration, dataDir));
  const schedulers: { stop(): Promise<void> }[] = [];
  return {
    invoker,
    startSchedules: async (isWanted, sinceMs) => {
      const scheduler = startScheduler({
        schedules: choose(isWanted),
        invoker,
        clock: systemClock,
        log: (message) =>
          invoker.log("scheduler", `${new Date().toISOString()} ${message}`),
        ...(sinceMs === undefined ? {} : { sinceMs }),
      });
      schedulers.push(scheduler);
    },
    stopSchedules: async () => {
      await Promise.all(schedulers.map((scheduler) => scheduler.stop()));
    },
  };
}
