import type { KafkaRecord } from "#shared/domain/record.ts";
import {
  type BatchItemFailures,
  listItemFailures,
} from "#shared/lambda/answer-item-failures.ts";
import type { DecodedBatch } from "#shared/lambda/decode-records.ts";
import {
  type HasTime,
  type InvocationTime,
  keepReserve,
} from "#shared/lambda/keep-reserve.ts";
import type { InvocationSummary } from "#shared/lambda/log-invocation.ts";
import {
  type OutcomeSummary,
  summarizeOutcomes,
} from "#shared/lambda/summarize-outcomes.ts";
import { inSpan } from "#shared/tracing/spans.ts";

import { type AppliedInTime, applyInTime } from "./apply-in-time.ts";
import { applyRecords, type ApplyingPorts } from "./apply-records.ts";

export interface Ports extends ApplyingPorts {
  /** Whether the event source mapping reads which records are to come again; else all of them do, or none. */
  readonly reportsRest: boolean;
  /** Moves the watermark and closes what is due; its failure costs nothing, as the closer's schedule repeats it. */
  readonly closeDueWindows: (hasTime: HasTime) => Promise<InvocationSummary>;
}

/**
 * Applies one micro-batch; applying the same records again changes nothing. Where time runs short it commits what it can
 * and reports the rest.
 */
export const aggregateMicroBatch =
  (ports: Ports) =>
  async (
    { records }: DecodedBatch,
    time: InvocationTime,
  ): Promise<
    BatchItemFailures & { summary: OutcomeSummary & InvocationSummary }
  > => {
    const hasTime = keepReserve(time);
    const { outcomes, rest } = await apply(ports, records, time);
    return {
      ...listItemFailures(rest),
      summary: {
        ...summarizeOutcomes(outcomes),
        // Time has run short: the schedule closes.
        ...(rest.length > 0
          ? { rest: rest.length }
          : {
              closing: await inSpan("close windows", () =>
                ports.closeDueWindows(hasTime),
              ),
            }),
      },
    };
  };

async function apply(
  ports: Ports,
  records: readonly KafkaRecord[],
  time: InvocationTime,
): Promise<AppliedInTime> {
  if (ports.reportsRest && records.length > 1)
    return applyInTime(records, time, (part, limitMs) =>
      applyRecords(ports, part, limitMs),
    );
  return { outcomes: await applyRecords(ports, records), rest: [] };
}
