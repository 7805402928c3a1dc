/** A record to be published; text stands for its UTF-8 bytes. */
export interface OutgoingRecord {
  readonly key: string | Uint8Array | null;
  readonly value: string | Uint8Array | null;
  readonly headers?: readonly (readonly [name: string, value: Uint8Array])[];
  /** Milliseconds since the epoch; ignored by topics whose time is the broker's. */
  readonly timestampMs?: number;
}

/** Where records are sent to. */
export interface RecordPublisher {
  /** Resolves once every replica asked for has all the records; throws when one of them was not taken. */
  publish(topic: string, records: readonly OutgoingRecord[]): Promise<void>;
}
