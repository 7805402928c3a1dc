import type { CountersSnapshot } from "#compose/event-source-mapping/counters.ts";
import type { EventSourceMapping } from "#compose/event-source-mapping/create-event-source-mapping.ts";
import type { MetricFamily } from "./metric-family.ts";

/** What is read of a mapping. */
export type CountingMapping = Pick<
  EventSourceMapping,
  "topic" | "functionName" | "counters"
>;

/** Every counter of a mapping as a metric, so that a new one cannot be forgotten here. */
export const MAPPING_METRICS: Readonly<
  Record<keyof CountersSnapshot, Pick<MetricFamily, "kind" | "name" | "help">>
> = {
  PolledEventCount: counter("polled_events", "Records polled"),
  FilteredOutEventCount: counter(
    "filtered_out_events",
    "Records that no filter pattern takes",
  ),
  InvokedEventCount: counter(
    "invoked_events",
    "Records sent to the function, once for each attempt",
  ),
  FailedInvokeEventCount: counter(
    "failed_invoke_events",
    "Records of attempts that failed",
  ),
  SucceededEventCount: counter(
    "succeeded_events",
    "Records that the function has handled",
  ),
  DroppedEventCount: counter(
    "dropped_events",
    "Records given up without a destination that takes them",
  ),
  OnFailureDestinationDeliveredEventCount: counter(
    "destination_delivered_events",
    "Records given up and delivered to the on-failure destination",
  ),
  OnFailureDestinationDeliveryErrorCount: counter(
    "destination_delivery_errors",
    "Failed deliveries to the on-failure destination",
  ),
  CommittedEventCount: counter("committed_events", "Records committed"),
  InvokeErrorCount: counter("invoke_errors", "Invocations that failed"),
  CommitErrorCount: counter("commit_errors", "Commits that failed"),
  OffsetOutOfRangeCount: counter(
    "offset_out_of_range",
    "Times that a partition went on elsewhere, because its offset was gone",
  ),
  PendingEventCount: gauge(
    "pending_events",
    "Records polled and without an outcome so far",
  ),
  MaxOffsetLag: gauge(
    "max_offset_lag_records",
    "Lag of the partition that is furthest behind, as of the last fetches",
  ),
  SumOffsetLag: gauge(
    "offset_lag_records",
    "Lag of all partitions, as of the last fetches",
  ),
};

/** Returns the counters of the event source mappings since they were started. */
export function listMappingFamilies(
  mappings: readonly CountingMapping[],
): MetricFamily[] {
  const counted = mappings.map((mapping) => {
    const counters: Readonly<Record<string, number>> = {
      ...mapping.counters(),
    };
    const { topic, functionName } = mapping;
    return { labels: { topic, function: functionName }, counters };
  });
  return Object.entries(MAPPING_METRICS).map(([key, family]) => ({
    ...family,
    samples: counted.map(({ labels, counters }) => ({
      labels,
      value: counters[key] ?? 0,
    })),
  }));
}

function counter(name: string, help: string) {
  return {
    kind: "counter" as const,
    name: `streaming_mapping_${name}_total`,
    help: `${help}, since the runner's start`,
  };
}

function gauge(name: string, help: string) {
  return { kind: "gauge" as const, name: `streaming_mapping_${name}`, help };
}
