import type { ConsumedTopic } from "#shared/domain/consumer-groups.ts";
import {
  measureLagSeconds,
  measureTopicLag,
  type RecordAge,
} from "#shared/domain/topic-lag.ts";
import type { Metric } from "#shared/lambda/metric.ts";
import type { Gauge } from "#shared/lambda/read-gauges.ts";
import type { PipelineGauges } from "#shared/ports/pipeline-gauges.ts";
import type { TopicOffsets } from "#shared/ports/topic-offsets.ts";

interface Ports {
  readonly gauges: Pick<PipelineGauges, "readRecordAges">;
  readonly topicOffsets: TopicOffsets;
  readonly consumed: readonly ConsumedTopic[];
}

/** Measures how far the consumer groups are behind their topics; one that cannot be asked costs no other. */
export function measureLag({
  gauges,
  topicOffsets,
  consumed,
}: Ports): readonly Gauge[] {
  // Of all topics in one reading, by the first gauge.
  let ages: readonly RecordAge[] = [];
  const readAges: Gauge = async () => {
    ages = [];
    ages = await gauges.readRecordAges();
    return [];
  };
  return [
    readAges,
    ...consumed.map(
      (topic): Gauge =>
        () =>
          measureTopic(topicOffsets, topic, ages),
    ),
  ];
}

async function measureTopic(
  topicOffsets: TopicOffsets,
  { topic, consumerGroup }: ConsumedTopic,
  ages: readonly RecordAge[],
): Promise<Metric[]> {
  // The commits first: lag that is there never shows as none.
  const committed = await topicOffsets.readCommittedOffsets(
    consumerGroup,
    topic,
  );
  const starts = await topicOffsets.readStartOffsets(topic);
  const ends = await topicOffsets.readEndOffsets(topic);
  const lag = measureTopicLag({ ends, starts, committed });
  const seconds = measureLagSeconds(topic, lag, ages);
  const dimensions = { topic };
  const records: Metric = {
    name: "TopicLagRecords",
    value: lag.records,
    dimensions,
  };
  return seconds === null
    ? [records]
    : [records, { name: "TopicLagSeconds", value: seconds, dimensions }];
}
