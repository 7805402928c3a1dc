import type { PartitionSlice } from "./encode-event.ts";

/** Why records leave the mapping without success (10, 16, 21); destinations name the conditions each in its own way. */
export interface Failure {
  readonly condition:
    | "retries_exhausted"
    | "record_age_exceeded"
    | "maximum_payload_size_exceeded";
  /** Of the last attempt; `null` when the function was never invoked. */
  readonly requestId: string | null;
  /** The last answer of the function, where that is why; its error is `null` after a partial failure (25). */
  readonly response: {
    readonly functionError: "Handled" | "Unhandled" | null;
  } | null;
  /** All attempts, the first included. */
  readonly approximateInvokeCount: number;
}

/** The records that fail together: one batch, or what a bisection, a partial failure or an age limit left of it. */
export interface FailedBatch {
  readonly slices: readonly PartitionSlice[];
  readonly failure: Failure;
}

/** Where failed records go; `deliver` says how many arrived and what went wrong with the others: a service that fails is no rejection. */
export interface OnFailureDestination {
  deliver(
    batch: FailedBatch,
  ): Promise<{ deliveredCount: number; errors: readonly Error[] }>;
  close(): Promise<void>;
}
