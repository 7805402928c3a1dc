import type { Invoker } from "#compose/event-source-mapping/invoker.ts";
import { invokeFunction } from "./invoke-function.ts";

/** Small enough for one invocation's memory and time, large enough that the calls do not count. */
const SLICE_PLAYS = 10_000;

export interface RangeOptions {
  readonly invoker: Invoker;
  /** The fields of the event of `produce-batch` that all slices share. */
  readonly range: {
    readonly from: string;
    readonly to: string;
    readonly count: number;
  } & Readonly<Record<string, unknown>>;
  readonly firstIndex?: number;
  readonly slicePlays?: number;
  readonly signal: AbortSignal;
  /** Called when all plays before this index have been sent. */
  readonly onSent: (endIndex: number) => Promise<void> | void;
}

/** Sends a range of plays in slices, in order; throws the signal's reason and `function_failed`. */
export async function sendRange(options: RangeOptions): Promise<void> {
  const { invoker, range, signal, onSent, slicePlays = SLICE_PLAYS } = options;
  for (
    let firstIndex = options.firstIndex ?? 0;
    firstIndex < range.count;
    firstIndex += slicePlays
  ) {
    signal.throwIfAborted();
    const endIndex = Math.min(firstIndex + slicePlays, range.count);
    await invokeFunction(invoker, "produce-batch", {
      ...range,
      firstIndex,
      lastIndex: endIndex - 1,
    });
    await onSent(endIndex);
  }
}
