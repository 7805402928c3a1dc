import type { RecordOutcome } from "#shared/domain/ledger.ts";
import type { MicroBatch } from "#shared/domain/micro-batch.ts";
import type { Rejection } from "#shared/domain/rejection.ts";

/** Called within the transaction, before the commit; when it throws, everything is rolled back. */
export type PublishRejections = (
  rejections: readonly Rejection[],
) => Promise<void>;

/** Facts, partial aggregates and ledger. */
export interface StreamEventWarehouse {
  /**
   * Applies one micro-batch in one transaction and returns each record's outcome, in the records' order; throws
   * `postgres_out_of_time` where it takes longer than `limitMs`, or than any transaction may.
   */
  applyMicroBatch(
    microBatch: MicroBatch,
    publish: PublishRejections,
    limitMs?: number,
  ): Promise<RecordOutcome[]>;
}
