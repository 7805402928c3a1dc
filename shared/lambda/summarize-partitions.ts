import type { KafkaRecord } from "#shared/domain/record.ts";

/** The records of one topic-partition in an invocation; `first` and `last` are offsets. */
export interface PartitionSummary {
  readonly partition: string;
  readonly first: number;
  readonly last: number;
  readonly records: number;
}

/** Per topic-partition, named `<topic>-<partition>`, the lowest and the highest offset and the number of records. */
export function summarizePartitions(
  records: readonly KafkaRecord[],
): PartitionSummary[] {
  const summaries = new Map<
    string,
    { first: number; last: number; records: number }
  >();
  for (const { topic, partition, offset } of records) {
    const name = `${topic}-${partition}`;
    const summary = summaries.get(name);
    if (summary === undefined) {
      summaries.set(name, { first: offset, last: offset, records: 1 });
    } else {
      summary.first = Math.min(summary.first, offset);
      summary.last = Math.max(summary.last, offset);
      summary.records += 1;
    }
  }
  return Array.from(summaries, ([partition, summary]) => ({
    partition,
    ...summary,
  }));
}
