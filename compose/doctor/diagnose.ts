import { join } from "node:path";

import type { Connections } from "#compose/embedded/connection-env.ts";
import {
  addConnections,
  type Environment,
  loadDeclaration,
} from "#compose/runner/load-declaration.ts";
import { KAFKA_JARS_DIR } from "#compose/runner/project-root.ts";
import { readRunnerCounts } from "#compose/runner/read-runner-counts.ts";
import { findRunner } from "#compose/runner/runner-claim.ts";
import { openStatusReader } from "#compose/runner/status-reader.ts";
import type { Config } from "#shared/config.ts";
import { TOPICS } from "#shared/domain/topics.ts";
import { examineExposure, listNetworkAddresses } from "./examine-exposure.ts";
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
import { examine, fault, type Finding, unknown } from "./finding.ts";
import { listLocalServers } from "./list-local-servers.ts";

/** What is to be looked at. */
export interface Patient {
  readonly dataDir: string;
  readonly environment: Environment;
  readonly config: Config;
  /** What the settings or the last start name, whether or not anything answers there. */
  readonly addresses: Partial<Connections>;
}

/**
 * Looks at everything that an owner might have to mend, and changes nothing. What cannot be looked at is `unknown`, and hides
 * nothing else.
 */
export async function diagnose(patient: Patient): Promise<readonly Finding[]> {
  const { dataDir, config, addresses } = patient;
  const machine = await examine("machine", async () =>
    judgeMachine(await readMachine(dataDir), config.DATABASE_URL === undefined),
  );
  // Who has a Kafka elsewhere needs no Java here.
  const tools =
    config.KAFKA_BOOTSTRAP_SERVERS === undefined
      ? await examine("Java", () => examineTools(KAFKA_JARS_DIR))
      : [];
  const files = await examine("files", () => examinePrivateFiles(dataDir));
  const kafka = await examine("Kafka", () => {
    const { kafkaBootstrapServers } = addresses;
    return kafkaBootstrapServers === undefined
      ? notStarted("Kafka", "KAFKA_BOOTSTRAP_SERVERS", dataDir)
      : examineKafka(kafkaBootstrapServers, TOPICS);
  });
  const postgres = await examine("Postgres", () => {
    const { databaseUrls } = addresses;
    return databaseUrls === undefined
      ? notStarted("Postgres", "DATABASE_URL", dataDir)
      : examinePostgres(databaseUrls, config.DATABASE_URL === undefined);
  });
  // An unreadable claim hides neither servers nor ports.
  const runner = await findRunner(dataDir).catch(() => "unreadable" as const);
  const pid = runner === "unreadable" ? undefined : runner;
  return [
    ...machine,
    ...tools,
    ...files,
    ...kafka,
    ...postgres,
    ...(await examine("runner", () =>
      runner === "unreadable"
        ? Promise.resolve([unreadableClaim(dataDir)])
        : examineRunner(patient, runner),
    )),
    ...(await examine("lag", () =>
      isWhole([...kafka, ...postgres])
        ? examineLag(patient)
        : needs("lag", "Kafka and Postgres"),
    )),
    ...(await examine("dead letters", () =>
      isWhole(postgres) && addresses.databaseUrls !== undefined
        ? examineLetters(addresses.databaseUrls.reader)
        : needs("dead letters", "Postgres"),
    )),
    ...(await examine("Superset", () => examineSuperset(dataDir))),
    ...(await examine("network", async () =>
      examineExposure(
        await listLocalServers(patient, pid !== undefined),
        listNetworkAddresses(),
      ),
    )),
  ];
}

async function examineRunner(
  { dataDir, environment }: Patient,
  pid: number | undefined,
): Promise<readonly Finding[]> {
  const { mappings } = await loadDeclaration(environment);
  return judgeRunner(
    pid,
    await readRunnerCounts(dataDir),
    mappings.map(({ configuration }) => configuration.topic),
  );
}

async function examineLag({
  environment,
  addresses: { kafkaBootstrapServers, databaseUrls },
}: Patient): Promise<readonly Finding[]> {
  if (kafkaBootstrapServers === undefined || databaseUrls === undefined)
    return needs("lag", "Kafka and Postgres");
  const connections = { kafkaBootstrapServers, databaseUrls };
  const reader = openStatusReader(
    await loadDeclaration(addConnections(environment, connections)),
    connections,
  );
  try {
    return judgeLag((await reader.read()).topics);
  } finally {
    await reader.close();
  }
}

const unreadableClaim = (dataDir: string): Finding =>
  fault(
    "runner",
    `${join(dataDir, "runner.pid")} cannot be read: no runner can start or be found`,
    "See that none runs (ps), and remove the file",
  );

const isWhole = (findings: readonly Finding[]): boolean =>
  findings.every(({ state }) => state === "ok" || state === "warning");

const needs = (subject: string, servers: string) =>
  Promise.resolve([unknown(subject, `needs ${servers} to be whole`)]);

const notStarted = (server: string, setting: string, dataDir: string) =>
  Promise.resolve([
    fault(
      server,
      `none was started on ${dataDir} yet, and ${setting} names none`,
      `npm start, or npm run up, starts it; or set ${setting}`,
    ),
  ]);
