import type { RedriveOrigin } from "#shared/domain/redrive-record.ts";

/** A dead letter that is to be sent again. */
export interface DueLetter extends RedriveOrigin {
  readonly id: string;
  readonly reason: string;
}

/** Sent to its topic again, or, for a dimension's version, applied in its own place; buried; or left to an operator. */
export type RedrivePlan = "send" | "apply" | "bury" | "leave";

/** What became of letters that were due. */
export interface RedriveCounts {
  /** Sent to their topic again. */
  readonly redriven: number;
  /** Not sent, for their play is a fact already. */
  readonly landed: number;
  readonly applied: number;
  /** Not applied, for the dimension has a newer version. */
  readonly superseded: number;
  readonly buried: number;
  /** Left to an operator, for nothing can be done with them as they are. */
  readonly left: number;
}

/** What is left to do. */
export interface LetterBacklog {
  readonly waiting: number;
  /** Sent again, and not heard of yet. */
  readonly redriven: number;
  /** Since the oldest waiting record was first seen; null where none waits. */
  readonly oldestWaitingMs: number | null;
}

/** The way back of dead letters; several may work on it at once, each letter is one's at a time. */
export interface RedriveStore {
  /** Resolves letters whose play is a fact by now; returns how many were looked at, of `limit` at most. */
  settleLanded(limit: number): Promise<{ checked: number; landed: number }>;
  /** Makes letters due again that were sent so long ago and came to nothing though their topic was read; returns how many. */
  requeueLost(timeoutMs: number): Promise<number>;
  /** Makes letters due whose references have all arrived; returns how many references had, of `limit` at most. */
  releaseArrived(limit: number, backoffMs: number): Promise<number>;
  /**
   * Does with letters that are due what `plan` says, in one transaction; `send` resolves once Kafka has them all.
   * `isFlush` passes over back-offs.
   */
  redriveDue(
    options: { readonly limit: number; readonly isFlush: boolean },
    plan: (letter: DueLetter) => RedrivePlan,
    send: (letters: readonly DueLetter[]) => Promise<void>,
  ): Promise<RedriveCounts>;
  readBacklog(): Promise<LetterBacklog>;
}
