import type { Rejection } from "#shared/domain/rejection.ts";

/** Where rejected records go. */
export interface DeadLetterTopic {
  /** Resolves once the broker has all of them; throws after 2 s, and the micro-batch is rolled back. */
  publish(rejections: readonly Rejection[]): Promise<void>;
}
