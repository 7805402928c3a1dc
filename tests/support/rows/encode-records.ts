import type { KafkaRecord } from "#shared/domain/record.ts";

/** The event with which an event source mapping hands these records to a function. */
export function encodeRecords(
  records: readonly KafkaRecord[],
): Uint8Array<ArrayBuffer> {
  const encoded = records.map((record) => ({
    topic: record.topic,
    partition: record.partition,
    offset: record.offset,
    timestamp: record.timestampMs,
    timestampType: "LOG_APPEND_TIME",
    key: toBase64(record.key),
    value: toBase64(record.value),
    headers: record.headers.map(([name, value]) => ({
      [name]: [...new Int8Array(value)],
    })),
  }));
  return new TextEncoder().encode(
    JSON.stringify({
      eventSource: "SelfManagedKafka",
      bootstrapServers: "b-1:9092",
      records: Object.groupBy(
        encoded,
        ({ topic, partition }) => `${topic}-${partition}`,
      ),
    }),
  );
}

function toBase64(bytes: Uint8Array | null): string | undefined {
  return bytes === null ? undefined : Buffer.from(bytes).toString("base64");
}
