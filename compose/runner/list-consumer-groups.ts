import type { Declaration } from "#compose/serverless/declaration.ts";

/** Returns the consumer group of every mapping by its topic; one without a declared group is named as the mapping is. */
export function listConsumerGroups({
  mappings,
}: Pick<Declaration, "mappings">): Map<string, string> {
  return new Map(
    mappings.map(({ name, configuration }) => [
      configuration.topic,
      configuration.consumerGroupId ?? name,
    ]),
  );
}
