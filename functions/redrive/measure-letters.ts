import type { Metric } from "#shared/lambda/metric.ts";
import type { Gauge } from "#shared/lambda/read-gauges.ts";
import type { PipelineGauges } from "#shared/ports/pipeline-gauges.ts";

/** Measures what dead letters there are and how long they wait. */
export const measureLetters =
  (gauges: Pick<PipelineGauges, "readLetters">): Gauge =>
  async () => {
    const { waiting, redriven, resolved, buried, due, oldestWaitingSeconds } =
      await gauges.readLetters();
    const states = { waiting, redriven, resolved, buried };
    return [
      ...Object.entries(states).map(([state, value]): Metric => ({
        name: "DeadLetters",
        value,
        dimensions: { state },
      })),
      { name: "DeadLettersDue", value: due },
      // Zero where none waits, so that an alarm ends.
      {
        name: "DeadLetterOldestWaitingSeconds",
        value: oldestWaitingSeconds ?? 0,
      },
    ];
  };
