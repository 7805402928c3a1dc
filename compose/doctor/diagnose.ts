import { join } from "node:path";

import type { Connections } from "#compose/embedded/connection-env.ts";
import {
  addConnections,
  loadDeclaration,
  type Environment,
} from "#compose/runner/load-declaration.ts";
import { PROJECT_ROOT } from "#compose/runner/project-root.ts";
import { readRunnerCounts } from "#compose/runner/read-runner-counts.ts";
import { findRunner } from "#compose/runner/runner-claim.ts";
import { openStatusReader } from "#compose/runner/status-reader.ts";
import type { Config } from "#shared/config.ts";
import { TOPICS } from "#shared/domain/topics.ts";
import {
  examineExposure,
  listNetworkAddresses,
  type LocalServer,
} from "./examine-exposure.ts";
import { examineKafka } from "./examine-kafka.ts";
import {
  examinePrivateFiles,
  examineTools,
  judgeMachine,
  readMachine,
} from "./examine-machine.ts";
import { examinePostgres } from "./examine-postgres.ts";
import { examineLetters, judgeLag } from "./examine-records.ts";
import { judgeRunner } from "./examine-runner.ts";
import { examineSuperset } from "./examine-superset.ts";
import { type Finding, findingOf, unknown } from "./finding.ts";
import { isLoopback } from "./is-loopback.ts";

/** A server's address, or why there is none. */
export type Found<Address> =
  { readonly address: Address } | { readonly error: unknown };

/** What is to be looked at. */
export interface Patient {
  readonly dataDir: string;
  readonly environment: Environment;
  readonly config: Config;
  readonly kafka: Found<string>;
  readonly postgres: Found<Connections["databaseUrls"]>;
}

const JARS_DIR = join(PROJECT_ROOT, ".data", "kafka-jars");

/** Looks at everything that an owner might have to mend; changes nothing. What depends on a fault is left out or unknown. */
export async function diagnose(patient: Patient): Promise<Finding[]> {
  const { dataDir, config, kafka, postgres } = patient;
  return [
    ...judgeMachine(await readMachine(dataDir)),
    // Who has a Kafka elsewhere needs no Java here.
    ...(config.KAFKA_BOOTSTRAP_SERVERS === undefined
      ? await examineTools(JARS_DIR)
      : []),
    ...(await examinePrivateFiles(dataDir)),
    ...("error" in kafka
      ? [findingOf("Kafka", kafka.error)]
      : await examineKafka(kafka.address.split(","), TOPICS)),
    ...("error" in postgres
      ? [findingOf("Postgres", postgres.error)]
      : await examinePostgres(postgres.address)),
    ...(await examinePipeline(patient)),
    await examineSuperset(dataDir),
    ...(await examineExposure(listServers(patient), listNetworkAddresses())),
  ];
}

/** The runner, and what it leaves undone. */
async function examinePipeline({
  dataDir,
  environment,
  kafka,
  postgres,
}: Patient): Promise<Finding[]> {
  if ("error" in kafka || "error" in postgres)
    return [unknown("pipeline", "Kafka and Postgres have to be there first")];
  const connections = {
    kafkaBootstrapServers: kafka.address,
    databaseUrls: postgres.address,
  };
  const declaration = await loadDeclaration(
    addConnections(environment, connections),
  );
  const topics = declaration.mappings.map(
    ({ configuration }) => configuration.topic,
  );
  return [
    ...judgeRunner(
      await findRunner(dataDir),
      await readRunnerCounts(dataDir),
      topics,
    ),
    ...(await examineLag(openStatusReader(declaration, connections))),
    ...(await examineLetters(postgres.address.reader)),
  ];
}

async function examineLag(
  reader: ReturnType<typeof openStatusReader>,
): Promise<Finding[]> {
  try {
    return judgeLag((await reader.read()).topics);
  } catch (error) {
    return [findingOf("lag", error)];
  } finally {
    await reader.close();
  }
}

/** What this machine runs for itself, at the ports that were found, else at those of the settings; a port 0 is none. */
function listServers({ config, kafka, postgres }: Patient): LocalServer[] {
  const settings = [
    { server: "the metrics", port: config.METRICS_PORT },
    { server: "the dashboard", port: config.DASHBOARD_PORT },
    { server: "LocalStack", port: config.LOCALSTACK_PORT },
    { server: "Superset", port: config.SUPERSET_PORT },
  ];
  const found = [
    ...("error" in kafka ? [] : kafka.address.split(",")).map((address) => ({
      server: "Kafka",
      url: new URL(`kafka://${address}`),
    })),
    ...("error" in postgres
      ? []
      : [{ server: "Postgres", url: new URL(postgres.address.owner) }]),
  ];
  return [
    ...found
      .filter(({ url }) => isLoopback(url.hostname))
      .map(({ server, url }) => ({ server, port: Number(url.port) })),
    ...settings.filter(({ port }) => port !== 0),
  ];
}
