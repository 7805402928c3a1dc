import type { Metric } from "#shared/lambda/metric.ts";
import type { Gauge } from "#shared/lambda/read-gauges.ts";
import type {
  PipelineGauges,
  WindowGauges,
} from "#shared/ports/pipeline-gauges.ts";

/** Measures how far the windows of a topic's plays are. */
export const measureWindows =
  ({
    gauges,
    topic,
  }: {
    readonly gauges: Pick<PipelineGauges, "readWindows">;
    readonly topic: string;
  }): Gauge =>
  async () =>
    listWindowMetrics(await gauges.readWindows(topic));

function listWindowMetrics({
  watermarkDelaySeconds,
  windows,
}: WindowGauges): Metric[] {
  return [
    // Nothing is known of it before the watermark first moved.
    ...(watermarkDelaySeconds === null
      ? []
      : [
          {
            name: "WatermarkDelaySeconds",
            value: watermarkDelaySeconds,
          } as const,
        ]),
    ...windows.flatMap((counts): Metric[] => {
      const dimensions = { window_kind: counts.kind };
      return [
        { name: "WindowsOpen", value: counts.openCount, dimensions },
        { name: "WindowsDue", value: counts.dueCount, dimensions },
        { name: "WindowsToRevise", value: counts.markedCount, dimensions },
        { name: "WindowsClosed", value: counts.closedCount, dimensions },
      ];
    }),
  ];
}
