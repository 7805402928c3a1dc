import type { Connections } from "#compose/embedded/connection-env.ts";
import { listConsumerGroups } from "#compose/runner/list-consumer-groups.ts";
import { validate } from "#compose/validation/run-validation.ts";
import { createTopicOffsets } from "#shared/adapters/kafka/topic-offsets.ts";
import type { Pipeline } from "./start-pipeline.ts";

/** What the tests' servers fail on purpose, see `NOT_DURABLE`. */
const EXPECTED: ReadonlySet<string> = new Set(["settings_are_durable"]);

/** Runs `npm run validate` on what a pipeline works on: the checks that fail, with their first violation. */
export async function listFailedChecks(
  { declaration }: Pick<Pipeline, "declaration">,
  { kafkaBootstrapServers, databaseUrls }: Connections,
): Promise<string[]> {
  const offsets = createTopicOffsets({
    bootstrapServers: kafkaBootstrapServers.split(","),
  });
  try {
    const { checks } = await validate({
      databaseUrl: databaseUrls.reader,
      kafka: { offsets, consumerGroups: listConsumerGroups(declaration) },
      withReports: false,
    });
    return checks
      .filter(({ name, passed }) => !passed && !EXPECTED.has(name))
      .map(
        ({ name, violations }) => `${name}: ${JSON.stringify(violations[0])}`,
      );
  } finally {
    await offsets.close();
  }
}
