import type {
  OutgoingRecord,
  RecordPublisher,
} from "#shared/ports/record-publisher.ts";

/** About 1.6 MB of plays: many enough to be fast, few enough for the memory of the smallest function. */
const RECORDS_PER_CHUNK = 5000;

/** Publishes any number of records without ever holding more than a chunk of them; resolves to their number. */
export async function publishInChunks(
  publisher: RecordPublisher,
  topic: string,
  records: Iterable<OutgoingRecord>,
): Promise<number> {
  let published = 0;
  let chunk: OutgoingRecord[] = [];
  const flush = async () => {
    if (chunk.length === 0) return;
    await publisher.publish(topic, chunk);
    published += chunk.length;
    chunk = [];
  };
  for (const record of records) {
    chunk.push(record);
    if (chunk.length === RECORDS_PER_CHUNK) await flush();
  }
  await flush();
  return published;
}
