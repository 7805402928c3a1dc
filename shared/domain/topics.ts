/** What a topic is created with; `config` holds Kafka's own topic settings. */
export interface TopicDeclaration {
  readonly topic: string;
  readonly partitions: number;
  readonly config: Readonly<Record<string, string>>;
}

// The broker's clock alone decides: a record's timestamp is then monotone within its partition.
const BROKER_TIME = { "message.timestamp.type": "LogAppendTime" };
const days = (count: number) => String(count * 24 * 60 * 60 * 1000);
const compacted = (topic: string, partitions: number): TopicDeclaration => ({
  topic,
  partitions,
  config: {
    ...BROKER_TIME,
    "cleanup.policy": "compact",
    // Who has been forgotten is gone from here after this, too: by default a segment may stay for ever.
    "max.compaction.lag.ms": days(1),
    // Ten years: with its tombstone a play's user would be unknown to who reads the topics into an empty database.
    "delete.retention.ms": days(3650),
  },
});

export const STREAM_EVENTS_TOPIC = "stream-events";
export const DEAD_LETTER_TOPIC = "dead-letter-queue";

export const DIMENSIONS = [
  "users",
  "artists",
  "albums",
  "songs",
  "devices",
  "locations",
] as const;
export type Dimension = (typeof DIMENSIONS)[number];

/** The eight topics, as `npm run topics` creates them. */
export const TOPICS: readonly TopicDeclaration[] = [
  compacted("users", 3),
  compacted("artists", 3),
  compacted("albums", 3),
  compacted("songs", 5),
  compacted("devices", 2),
  compacted("locations", 3),
  {
    topic: STREAM_EVENTS_TOPIC,
    partitions: 10,
    config: {
      ...BROKER_TIME,
      "cleanup.policy": "delete",
      "retention.ms": days(3),
    },
  },
  {
    topic: DEAD_LETTER_TOPIC,
    partitions: 3,
    config: {
      ...BROKER_TIME,
      "cleanup.policy": "delete",
      "retention.ms": days(14),
      // A letter holds the original bytes in base64 beside its reason: room for the largest source record.
      "max.message.bytes": String(8 * 1024 * 1024),
      // Postgres fsyncs and Kafka does not: a power cut may not lose the letter and keep its count.
      "flush.messages": "1",
    },
  },
];
