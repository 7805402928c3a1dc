import {
  type Context,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  trace,
} from "@opentelemetry/api";

import { TRACE_HEADERS } from "#shared/domain/trace-headers.ts";
import type { OutgoingRecord } from "#shared/ports/record-publisher.ts";

import { ATTRIBUTES, describeMessaging } from "./attributes.ts";
import { findRecordingSpan, findTracer, inSpan, markFailed } from "./spans.ts";
import { findTraced, MOST_TRACED, writeContext } from "./trace-contexts.ts";

export interface TraceChoice {
  /** The share of the records that begin a trace, from 0 to 1. */
  readonly share: number;
  readonly random?: () => number;
}

/**
 * Publishes records in a span. A record that has a trace gets a span in that, too, and keeps its headers; of the others a
 * share begin a trace, `MOST_TRACED` at most, and carry it in their headers.
 *
 * @param publish resolves once the broker has all the records
 */
export async function tracePublishing(
  topic: string,
  records: readonly OutgoingRecord[],
  choice: TraceChoice,
  publish: (records: readonly OutgoingRecord[]) => Promise<void>,
): Promise<void> {
  if (findRecordingSpan() === undefined) return publish(records);
  const name = `send ${topic}`;
  const attributes = describeMessaging("send", topic);
  await inSpan(
    name,
    async (publishing) => {
      const spans: Span[] = [];
      const links = [{ context: publishing.spanContext() }];
      const options = { kind: SpanKind.PRODUCER, links, attributes };
      const start = (parent: Context): Context => {
        const span = findTracer().startSpan(name, options, parent);
        spans.push(span);
        return trace.setSpan(parent, span);
      };
      for (const { context } of findTraced(records).traced) start(context);
      const outgoing = beginTraces(records, choice, () => start(ROOT_CONTEXT));
      try {
        await publish(outgoing);
      } catch (error) {
        for (const span of spans) markFailed(span, error);
        throw error;
      } finally {
        for (const span of spans) span.end();
      }
    },
    {
      kind: SpanKind.CLIENT,
      attributes: { ...attributes, [ATTRIBUTES.batchSize]: records.length },
    },
  );
}

/** The records, a share of those that have no trace with the headers of one that begins. */
function beginTraces(
  records: readonly OutgoingRecord[],
  { share, random = Math.random }: TraceChoice,
  begin: () => Context,
): readonly OutgoingRecord[] {
  if (share === 0) return records;
  let begun = 0;
  return records.map((record) => {
    const { headers = [] } = record;
    // Whoever has given it a context has decided on its trace.
    const isDecided = headers.some(([name]) => name === TRACE_HEADERS.parent);
    if (isDecided || begun === MOST_TRACED || random() >= share) return record;
    begun += 1;
    return { ...record, headers: [...headers, ...writeContext(begin())] };
  });
}
