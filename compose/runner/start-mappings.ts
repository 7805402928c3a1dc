import {
  createEventSourceMapping,
  type EventSourceMapping,
} from "#compose/event-source-mapping/create-event-source-mapping.ts";
import {
  CHOICES,
  type Choices,
} from "#compose/event-source-mapping/choices.ts";
import type { Clock } from "#compose/event-source-mapping/clock.ts";
import { CATALOGUE_STAGES } from "./load-catalogue.ts";
import type { OpenInvoker } from "./open-invoker.ts";
import {
  waitUntilConsumed,
  type ConsumptionWait,
} from "./wait-until-consumed.ts";

/**
 * Starts the declared mappings, those of the dimensions first: what refers to a dimension is polled once the
 * dimension's topic is loaded, else plays waiting in Kafka would be rejected for references that are on their way.
 * Every mapping is given to `onStarted` at once, so that it can be stopped when a later one fails.
 */
export async function startMappings(
  wait: ConsumptionWait & { readonly clock: Clock },
  invoker: OpenInvoker,
  onStarted: (mapping: EventSourceMapping) => void,
  choices: Choices = CHOICES,
): Promise<void> {
  const { mappings } = wait.declaration;
  const dimensions = CATALOGUE_STAGES.flat();
  const others = mappings
    .map(({ configuration }) => configuration.topic)
    .filter((topic) => !isIn(dimensions, topic));
  for (const topics of [...CATALOGUE_STAGES, others]) {
    const stage = mappings.filter(({ configuration }) =>
      isIn(topics, configuration.topic),
    );
    const started = stage.map(({ name, configuration }) => {
      const mapping = createEventSourceMapping({
        configuration,
        kafka: { clientId: name },
        invoker,
        clock: wait.clock,
        // A group that is not declared: it must find its offsets again at the next start.
        uuid: name,
        choices: {
          ...choices,
          // More of them than execution environments would only wait, and leave each batch fewer partitions.
          invocationsPerProvisionedPoller: Math.min(
            choices.invocationsPerProvisionedPoller,
            wait.declaration.functions[configuration.functionName]
              ?.maximumConcurrency ?? 1,
          ),
        },
        log: (level, message, fields) => {
          const line = {
            time: new Date(wait.clock.now()).toISOString(),
            level,
            mapping: name,
            message,
            ...fields,
          };
          invoker.log("event-source-mapping", JSON.stringify(line));
        },
      });
      onStarted(mapping);
      return mapping.start();
    });
    await Promise.race([Promise.all(started), rejectOnAbort(wait.signal)]);
    if (topics !== others) await waitUntilConsumed(wait, topics);
  }
}

function isIn(topics: readonly string[], topic: string): boolean {
  return topics.includes(topic);
}

/** Joining a group may take as long as Kafka waits for the members of a killed runner; a stop does not wait for it. */
function rejectOnAbort(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    signal.addEventListener("abort", () => reject(signal.reason));
  });
}
