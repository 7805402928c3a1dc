import {
  type Context,
  propagation,
  ROOT_CONTEXT,
  trace,
  TraceFlags,
} from "@opentelemetry/api";

import type { KafkaRecord } from "#shared/domain/record.ts";
import { readTraceHeaders } from "#shared/domain/trace-headers.ts";

type Headers = KafkaRecord["headers"];

const decoder = new TextDecoder();
const encoder = new TextEncoder();

/**
 * So many records of one call are followed, the first ones: whoever can send records can claim for each that it has a
 * trace.
 */
export const MOST_TRACED = 1000;

/** A record and the context that its producer has given it. */
export interface Traced<Message> {
  /** Index into the records. */
  readonly ordinal: number;
  readonly record: Message;
  readonly context: Context;
}

/** The records whose producer has decided to have them traced, `MOST_TRACED` at most, and how many there are beyond. */
export function findTraced<Message extends { readonly headers?: Headers }>(
  records: readonly Message[],
): { readonly traced: readonly Traced<Message>[]; readonly untraced: number } {
  const traced: Traced<Message>[] = [];
  let untraced = 0;
  let ordinal = -1;
  for (const record of records) {
    ordinal += 1;
    // Most records have none.
    if (record.headers === undefined || record.headers.length === 0) continue;
    const context = readContext(record.headers);
    if (context === undefined) continue;
    if (traced.length < MOST_TRACED) traced.push({ ordinal, record, context });
    else untraced += 1;
  }
  return { traced, untraced };
}

/** The context in a record's headers; undefined where there is none, or the trace is not recorded. */
function readContext(headers: Headers): Context | undefined {
  const found = readTraceHeaders(headers);
  if (found.length === 0) return undefined;
  const context = propagation.extract(
    ROOT_CONTEXT,
    Object.fromEntries(
      found.map(([name, value]) => [name, decoder.decode(value)]),
    ),
  );
  const flags = trace.getSpanContext(context)?.traceFlags ?? TraceFlags.NONE;
  return (flags & TraceFlags.SAMPLED) === 0 ? undefined : context;
}

/** The headers by which whoever handles a record continues this context. */
export function writeContext(context: Context): Headers {
  const carrier: Record<string, string> = {};
  propagation.inject(context, carrier);
  return Object.entries(carrier).map(([name, value]) => [
    name,
    encoder.encode(value),
  ]);
}
