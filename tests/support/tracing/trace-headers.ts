import type { KafkaRecord } from "#shared/domain/record.ts";

/** Trace and span of a producer that is none of ours. */
export const PRODUCER = {
  traceId: "0af7651916cd43dd8448eb211c80319c",
  spanId: "b7ad6b7169203331",
} as const;

/** The header that a producer puts on a record whose trace it has recorded, or not. */
export function traceHeaders({
  traceId = PRODUCER.traceId,
  isSampled = true,
}: {
  readonly traceId?: string;
  readonly isSampled?: boolean;
} = {}): KafkaRecord["headers"] {
  const flags = isSampled ? "01" : "00";
  return [
    ["traceparent", Buffer.from(`00-${traceId}-${PRODUCER.spanId}-${flags}`)],
  ];
}
