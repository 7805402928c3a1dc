/** Where a record stands in Kafka; `offset` and `timestampMs` (milliseconds since the epoch) are the broker's. */
export interface RecordPosition {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly timestampMs: number;
}

/** A Kafka record as a handler sees it, bytes untouched; `null` stands for an absent key or a tombstone. */
export interface KafkaRecord extends RecordPosition {
  readonly key: Uint8Array | null;
  readonly value: Uint8Array | null;
  readonly headers: readonly (readonly [name: string, value: Uint8Array])[];
}
