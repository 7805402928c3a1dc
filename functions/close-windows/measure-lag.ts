import type { ConsumedTopic } from "#shared/domain/consumer-groups.ts";
import {
  measureLagSeconds,
  measureTopicLag,
} from "#shared/domain/topic-lag.ts";
import type { Metric } from "#shared/lambda/metric.ts";
import type { Gauge } from "#shared/lambda/read-gauges.ts";
import type { PipelineGauges } from "#shared/ports/pipeline-gauges.ts";
import type { TopicOffsets } from "#shared/ports/topic-offsets.ts";

interface Ports extends ConsumedTopic {
  readonly gauges: Pick<PipelineGauges, "readRecordAges">;
  readonly topicOffsets: TopicOffsets;
}

/** Measures how far a consumer group is behind its topic. */
export const measureLag =
  ({ gauges, topicOffsets, topic, consumerGroup }: Ports): Gauge =>
  async () => {
    // The commits first: lag that is there never shows as none.
    const committed = await topicOffsets.readCommittedOffsets(
      consumerGroup,
      topic,
    );
    const starts = await topicOffsets.readStartOffsets(topic);
    const ends = await topicOffsets.readEndOffsets(topic);
    const lag = measureTopicLag({ ends, starts, committed });
    const seconds = measureLagSeconds(
      topic,
      lag,
      await gauges.readRecordAges(),
    );
    const dimensions = { topic };
    const records: Metric = {
      name: "TopicLagRecords",
      value: lag.records,
      dimensions,
    };
    return seconds === null
      ? [records]
      : [records, { name: "TopicLagSeconds", value: seconds, dimensions }];
  };
