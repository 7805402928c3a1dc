import { access } from "node:fs/promises";
import { join } from "node:path";

import { startKafka } from "#compose/embedded/kafka-broker.ts";
import { PROJECT_ROOT } from "#compose/runner/project-root.ts";
import { PipelineError } from "#shared/errors.ts";

export interface BrokerOptions {
  readonly dataDir: string;
  readonly kafkaPort: number;
  /** Finds brokers that run; throws `not_running` where none does. */
  readonly findBrokers: () => Promise<string>;
  readonly onProgress: (message: string) => void;
}

/**
 * Runs the work with the brokers that are found. The embedded Kafka, which npm run down stops with its runner, is
 * started for it and stopped again; a data directory without one is left without. Throws what `findBrokers` and
 * `startKafka` throw.
 */
export async function withBrokers<Result>(
  { dataDir, kafkaPort, findBrokers, onProgress }: BrokerOptions,
  work: (brokers: string) => Promise<Result>,
): Promise<Result> {
  let brokers: string;
  try {
    brokers = await findBrokers();
  } catch (error) {
    if (!(error instanceof PipelineError && error.code === "not_running"))
      throw error;
    if (!(await exists(join(dataDir, "kafka")))) throw error;
    const kafka = await startKafka({
      dataDir,
      jarsDir: join(PROJECT_ROOT, ".data", "kafka-jars"),
      port: kafkaPort,
      onProgress,
    });
    try {
      return await work(`127.0.0.1:${kafkaPort}`);
    } finally {
      if (kafka.origin === "started") await kafka.stop();
    }
  }
  return work(brokers);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
