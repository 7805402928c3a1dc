import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import type { ExpectedTables } from "#tests/support/oracle/types.ts";
import type { OutgoingRecord, TopicRecord } from "./topic-client.ts";

/**
 * An accepted play once more, in its partition, as the order between partitions is nobody's: the first one whose fact is
 * left, or is gone.
 */
export function repeatAccepted(
  records: readonly TopicRecord[],
  { outcomes, facts }: ExpectedTables,
  isFact: boolean,
): OutgoingRecord {
  const factIds = new Set(facts.map((fact) => fact["event_id"]));
  const accepted = outcomes.find(
    ({ outcome, eventId }) =>
      outcome === "accepted" && factIds.has(eventId ?? "") === isFact,
  );
  const record = records.find(
    ({ topic, partition, offset }) =>
      topic === STREAM_EVENTS_TOPIC &&
      partition === accepted?.partition &&
      offset === accepted.offset,
  );
  if (record === undefined) throw new Error("no such play was sent");
  return { key: null, value: record.value, partition: record.partition };
}
