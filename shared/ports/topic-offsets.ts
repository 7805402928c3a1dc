/** Where a topic's partitions end and how far a group has committed; offsets of the next record. */
export interface TopicOffsets {
  readEndOffsets(topic: string): Promise<Map<number, number>>;
  readStartOffsets(topic: string): Promise<Map<number, number>>;
  /** Partitions without a commit are absent. */
  readCommittedOffsets(
    consumerGroup: string,
    topic: string,
  ): Promise<Map<number, number>>;
}
