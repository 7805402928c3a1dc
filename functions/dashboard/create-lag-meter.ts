import { setTimeout as delay } from "node:timers/promises";

import type { ConsumedTopic } from "#shared/domain/consumer-groups.ts";
import { measureTopicLag, type TopicLag } from "#shared/domain/topic-lag.ts";
import type { TopicOffsets } from "#shared/ports/topic-offsets.ts";

export interface LagMeterOptions {
  readonly topicOffsets: TopicOffsets;
  readonly consumed: readonly ConsumedTopic[];
  /** How long an answer waits for Kafka. */
  readonly limitMs: number;
  readonly now: () => number;
}

/** Lag by topic; undefined when Kafka does not answer in time. */
export type LagMeter = () => Promise<ReadonlyMap<string, TopicLag> | undefined>;

/** Measures one lag at a time; while Kafka is away, the page waits for it seldom and never long. */
export function createLagMeter({
  topicOffsets,
  consumed,
  limitMs,
  now,
}: LagMeterOptions): LagMeter {
  let running:
    | {
        readonly startedAtMs: number;
        readonly lags: Promise<ReadonlyMap<string, TopicLag> | undefined>;
      }
    | undefined;

  const start = () => {
    const lags = measureAll(topicOffsets, consumed)
      // Its absence is told by the charts.
      .catch(() => undefined)
      .finally(() => {
        running = undefined;
      });
    return { startedAtMs: now(), lags };
  };

  return async () => {
    running ??= start();
    const { startedAtMs, lags } = running;
    const leftMs = Math.max(0, startedAtMs + limitMs - now());
    const waiting = new AbortController();
    try {
      return await Promise.race([
        lags,
        delay(leftMs, undefined, { signal: waiting.signal }),
      ]);
    } finally {
      waiting.abort();
    }
  };
}

async function measureAll(
  topicOffsets: TopicOffsets,
  consumed: readonly ConsumedTopic[],
): Promise<ReadonlyMap<string, TopicLag>> {
  const lags = await Promise.all(
    consumed.map(async ({ topic, consumerGroup }) => {
      // The commits first: lag that is there never shows as none.
      const committed = await topicOffsets.readCommittedOffsets(
        consumerGroup,
        topic,
      );
      const starts = await topicOffsets.readStartOffsets(topic);
      const ends = await topicOffsets.readEndOffsets(topic);
      return [topic, measureTopicLag({ ends, starts, committed })] as const;
    }),
  );
  return new Map(lags);
}
