import { SpanKind } from "@opentelemetry/api";

import type { RecordOutcome } from "#shared/domain/ledger.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";

import { describeOutcome, describeRecord } from "./attributes.ts";
import { findRecordingSpan, findTracer, markFailed } from "./spans.ts";
import { findTraced } from "./trace-contexts.ts";

/**
 * Handles records in one transaction. Each record whose producer has had it traced gets a span in its own trace: it ends
 * with the commit and says what became of the record, or with the error that left it to be handled again.
 *
 * @param handle resolves after the commit, to the outcomes in the records' order
 */
export async function traceRecords(
  records: readonly KafkaRecord[],
  handle: () => Promise<RecordOutcome[]>,
): Promise<RecordOutcome[]> {
  const invocation = findRecordingSpan();
  if (invocation === undefined) return handle();
  const tracer = findTracer();
  const links = [{ context: invocation.spanContext() }];
  const spans = findTraced(records).traced.map(
    ({ ordinal, record, context }) => ({
      ordinal,
      span: tracer.startSpan(
        `process ${record.topic}`,
        {
          kind: SpanKind.CONSUMER,
          links,
          attributes: describeRecord(record),
        },
        context,
      ),
    }),
  );
  try {
    const outcomes = await handle();
    for (const { ordinal, span } of spans) {
      const outcome = outcomes[ordinal];
      if (outcome !== undefined) span.setAttributes(describeOutcome(outcome));
    }
    return outcomes;
  } catch (error) {
    for (const { span } of spans) markFailed(span, error);
    throw error;
  } finally {
    for (const { span } of spans) span.end();
  }
}
