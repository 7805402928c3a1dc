import { DEAD_LETTER_TOPIC, DIMENSIONS } from "./topics.ts";

/** A topic and the group whose commits say how far it has been handled. */
export interface ConsumedTopic {
  readonly topic: string;
  readonly consumerGroup: string;
}

/**
 * The consumer groups that serverless.yml declares, but that of `stream-events`, which a setting names: functions on AWS
 * cannot read the declaration.
 */
export const CONSUMED_TOPICS: readonly ConsumedTopic[] = [
  ...DIMENSIONS.map((topic) => ({ topic, consumerGroup: `load-${topic}` })),
  { topic: DEAD_LETTER_TOPIC, consumerGroup: "dead-letter" },
];
