import type { RecordOutcome } from "#shared/domain/ledger.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";
import { PipelineError } from "#shared/errors.ts";
import type { InvocationTime } from "#shared/lambda/keep-reserve.ts";

/** With less than this no further part is tried: the answer has to leave too. */
const SHORTEST_TIME_MS = 2000;

/** What became of the records that were committed, and those that were not begun. */
export interface AppliedInTime {
  readonly outcomes: RecordOutcome[];
  readonly rest: readonly KafkaRecord[];
}

/**
 * Applies all records in one transaction, as long as that ends within half the time that is left; else the first
 * quarter of them in half of what is left then, and so on. Records become fewer faster than the time becomes shorter, so
 * that a database that is slow with every record commits some. The rest is the end of the event: in each partition what
 * follows the records that are done.
 *
 * @param apply applies records within so many milliseconds, or throws `postgres_out_of_time`
 */
export async function applyInTime(
  records: readonly KafkaRecord[],
  time: InvocationTime,
  apply: (
    records: readonly KafkaRecord[],
    limitMs: number,
  ) => Promise<RecordOutcome[]>,
): Promise<AppliedInTime> {
  for (let size = records.length; ; size = Math.ceil(size / 4)) {
    try {
      const outcomes = await apply(
        records.slice(0, size),
        time.getRemainingTimeInMillis() / 2,
      );
      return { outcomes, rest: records.slice(size) };
    } catch (error) {
      const isHopeless =
        size <= 1 || time.getRemainingTimeInMillis() < SHORTEST_TIME_MS;
      if (isHopeless || !isOutOfTime(error)) throw error;
    }
  }
}

function isOutOfTime(error: unknown): boolean {
  return (
    error instanceof PipelineError && error.code === "postgres_out_of_time"
  );
}
