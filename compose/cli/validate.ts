import {
  addConnections,
  loadDeclaration,
} from "#compose/runner/load-declaration.ts";
import { listConsumerGroups } from "#compose/runner/list-consumer-groups.ts";
import type { KafkaSource } from "#compose/validation/read-kafka-offsets.ts";
import { renderResult } from "#compose/validation/render-result.ts";
import { validate } from "#compose/validation/run-validation.ts";
import { createTopicOffsets } from "#shared/adapters/kafka/topic-offsets.ts";
import { type Config, readConfig } from "#shared/config.ts";
import { PipelineError } from "#shared/errors.ts";
import { createCommand, type CommonOptions } from "./create-command.ts";
import { readEnvironment } from "./environment.ts";
import { findBrokers, findDatabase } from "./find-connections.ts";
import { runCommand } from "./run-command.ts";
import { writeLine } from "./write-line.ts";

interface ValidateOptions extends CommonOptions {
  readonly json?: boolean;
  readonly reports: boolean;
}

const command = createCommand(
  "validate",
  "Checks what Postgres holds against itself and Kafka, and prints reports",
)
  .option("--json", "print JSON")
  .option("--no-reports", "only the checks")
  .action(async ({ dataDir, json, reports }: ValidateOptions) => {
    const environment = readEnvironment();
    const config = readConfig([], environment);
    const databaseUrls = await findDatabase(dataDir, config);
    const brokers = await findBrokersIfKnown(dataDir, config);
    const offsets =
      brokers === undefined
        ? undefined
        : createTopicOffsets({ bootstrapServers: brokers.split(",") });
    try {
      let kafka: KafkaSource | undefined;
      if (brokers !== undefined && offsets !== undefined) {
        const connections = { kafkaBootstrapServers: brokers, databaseUrls };
        const declaration = await loadDeclaration(
          addConnections(environment, connections),
        );
        kafka = { offsets, consumerGroups: listConsumerGroups(declaration) };
      }
      const result = await validate({
        databaseUrl: databaseUrls.reader,
        kafka,
        withReports: reports,
      });
      writeLine(
        json === true
          ? JSON.stringify(result, undefined, 2)
          : renderResult(result),
      );
      if (!result.ok) process.exitCode = 1;
    } finally {
      await offsets?.close();
    }
  });

/** A database can be validated without its Kafka; one that is configured and does not answer is an error. */
async function findBrokersIfKnown(
  dataDir: string,
  config: Config,
): Promise<string | undefined> {
  try {
    return await findBrokers(dataDir, config);
  } catch (error) {
    if (error instanceof PipelineError && error.code === "not_running")
      return undefined;
    throw error;
  }
}
await runCommand(command);
