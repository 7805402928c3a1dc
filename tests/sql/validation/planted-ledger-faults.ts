import type { PlantedFault } from "./planted-fault.ts";

/** Faults in what the ledger, the letters and the watermark say. */
export const LEDGER_FAULTS: readonly PlantedFault[] = [
  {
    check: "accepted_plays_are_facts",
    fault: "an accepted play that is no fact",
    plant: `update partition_ledger set accepted_count = accepted_count + 1, handled_offsets = handled_offsets + '{[900,901)}'
      where topic = 'stream-events' and partition = 0`,
    shows: { fact_count: 360, accepted_count: 361 },
  },
  {
    check: "accepted_plays_are_facts",
    fault: "a fact that nothing accounts for",
    plant: `update partition_ledger set accepted_count = accepted_count - 1, duplicate_count = duplicate_count + 1
      where topic = 'stream-events' and partition = 0`,
    shows: { fact_count: 360, accepted_count: 359, redelivered_count: 0 },
  },
  {
    check: "handled_offsets_have_one_outcome",
    fault: "an offset without an outcome",
    plant: `update partition_ledger set handled_offsets = handled_offsets + '{[900,901)}' where topic = 'users' and partition = 0`,
    shows: {
      topic: "users",
      partition: 0,
      handled_count: 7,
      accepted_count: 6,
    },
  },
  {
    check: "handled_offsets_have_one_outcome",
    fault: "a rejected record that was counted twice",
    plant: `update partition_ledger set rejected_counts = '{"unknown_reference": 3, "malformed_json": 1}'
      where topic = 'stream-events' and partition = 0`,
    shows: { topic: "stream-events", handled_count: 366, rejected_count: 4 },
  },
  {
    check: "rejected_records_have_letters",
    fault: "a lost letter",
    plant: "delete from dead_letters where state in ('waiting', 'resolved')",
    shows: {
      topic: "stream-events",
      partition: 0,
      rejected_count: 3,
      letter_count: 1,
    },
  },
  {
    check: "rejected_records_have_letters",
    fault: "a letter whose record was never rejected",
    plant:
      "update dead_letters set source_partition = 7 where state = 'waiting'",
    shows: {
      topic: "stream-events",
      partition: 7,
      rejected_count: 0,
      letter_count: 1,
    },
  },
  {
    check: "rejected_records_have_letters",
    fault: "letters of plays that were accepted before retention gave them up",
    plant: `insert into dead_letters (source_topic, source_partition, source_offset, source_timestamp, payload_sha256,
        reason, detail, first_seen_at, handler_version, origin)
      select 'stream-events', 0, play, now(), '\\x05', 'older_than_retention', '', now(), '1', 'stream-events-0-' || play
      from unnest(array[5, 6]) as play`,
    shows: {
      topic: "stream-events",
      partition: 0,
      rejected_count: 3,
      letter_count: 6,
    },
  },
  {
    check: "watermarks_are_plausible",
    fault: "a watermark ten minutes ahead of the clock",
    plant:
      "update topic_watermarks set watermark = now() + interval '10 minutes'",
    shows: { topic: "stream-events" },
  },
];
