import type { EventSourceMappingConfiguration } from "./configuration.ts";
import { EventSourceMappingError } from "./errors.ts";

/** Throws `ResourceConflictException` when two declarations name the same brokers, topic and function (2). */
export function refuseDuplicates(
  configurations: readonly EventSourceMappingConfiguration[],
): void {
  const seen = new Set<string>();
  for (const { source, topic, functionName } of configurations) {
    const brokers =
      source.kind === "aws:kafka"
        ? source.eventSourceArn
        : source.bootstrapServers.toSorted().join(",");
    const identity = JSON.stringify([brokers, topic, functionName]);
    if (seen.has(identity)) {
      throw new EventSourceMappingError(
        "ResourceConflictException",
        `Two event source mappings from ${brokers}, topic ${topic}, to function ${functionName}: expected one; remove the other.`,
      );
    }
    seen.add(identity);
  }
}
