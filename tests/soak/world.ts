import { join } from "node:path";

import type { Connections } from "#compose/embedded/connection-env.ts";
import { startKafka, stopKafka } from "#compose/embedded/kafka-broker.ts";
import {
  startPostgres,
  stopPostgres,
} from "#compose/embedded/postgres-server.ts";
import {
  findServerProcess,
  isRunning,
} from "#compose/embedded/server-process.ts";
import { waitUntil } from "#compose/embedded/wait-until.ts";
import { createCleanups } from "#compose/runner/cleanups.ts";
import { PROJECT_ROOT } from "#compose/runner/project-root.ts";
import { withClient } from "#tests/support/with-client.ts";
import {
  copyAsNextVersion,
  type NextVersion,
} from "#tests/support/faults/next-version.ts";
import {
  startTcpProxy,
  type TcpProxy,
} from "#tests/support/faults/tcp-proxy.ts";
import { loadCatalogue } from "#tests/support/pipeline/load-catalogue.ts";
import {
  NOT_DURABLE,
  startServers,
} from "#tests/support/pipeline/start-servers.ts";
import {
  openTopicClient,
  type TopicClient,
} from "#tests/support/pipeline/topic-client.ts";

/** The servers of a soak, and what stands between them and the runners. */
export interface World {
  readonly dataDir: string;
  /** Straight to the servers, for whoever checks. */
  readonly database: Connections;
  /** Through the proxy, for the runners. */
  readonly proxied: Connections;
  readonly proxy: TcpProxy;
  /** Code that runs beside the present one; its migration is there. */
  readonly nextVersion: NextVersion;
  /** Of the Kafka that runs now. */
  topics(): TopicClient;
  restartPostgres(signal: NodeJS.Signals): Promise<void>;
  restartKafka(signal: NodeJS.Signals): Promise<void>;
  close(): Promise<void>;
}

/** Kafka ends in order, which takes its time on a busy machine. */
const END_TIMEOUT_MS = 180_000;

/** Starts servers with the catalogue and without plays. */
export async function openWorld(): Promise<World> {
  const cleanups = createCleanups();
  try {
    const servers = await startServers({ postgresSettings: NOT_DURABLE });
    const { dataDir, connections } = servers;
    cleanups.add(() => servers.stop());
    // Servers that were started again are not those that the first start knows.
    cleanups.add(async () => {
      await Promise.all([stopKafka(dataDir), stopPostgres(dataDir)]);
    });
    let topics = await openTopicClient(connections.kafkaBootstrapServers);
    cleanups.add(() => topics.close());
    await loadCatalogue(servers, topics);
    const nextVersion = await copyAsNextVersion();
    cleanups.add(() => nextVersion.remove());
    await withClient(connections.databaseUrls.owner, async (owner) => {
      await owner.query(nextVersion.migration);
      // The oracle compares facts by all the columns that it knows.
      await owner.query("alter table stream_events drop column mood");
    });
    const postgresPort = Number(new URL(connections.databaseUrls.owner).port);
    const kafkaPort = Number(connections.kafkaBootstrapServers.split(":")[1]);
    const proxy = await startTcpProxy({ targetPort: postgresPort });
    cleanups.add(() => proxy.close());
    const restart = { dataDir, onProgress: () => undefined };
    return {
      dataDir,
      database: connections,
      proxied: redirect(connections, proxy.port),
      proxy,
      nextVersion,
      topics: () => topics,
      restartPostgres: async (signal) => {
        await endServer(join(dataDir, "postgres.pid"), signal);
        await startPostgres({
          ...restart,
          port: postgresPort,
          settings: NOT_DURABLE,
        });
      },
      restartKafka: async (signal) => {
        await topics.close();
        await endServer(join(dataDir, "kafka.pid"), signal);
        await startKafka({
          ...restart,
          jarsDir: join(PROJECT_ROOT, ".data", "kafka-jars"),
          port: kafkaPort,
        });
        topics = await openTopicClient(connections.kafkaBootstrapServers);
      },
      close: () => cleanups.run(),
    };
  } catch (error) {
    await cleanups.run();
    throw error;
  }
}

/** Ends a server by a signal, as the file of its start names it, and waits until it is gone. */
async function endServer(
  pidFile: string,
  signal: NodeJS.Signals,
): Promise<void> {
  const server = await findServerProcess(pidFile);
  if (server === undefined) throw new Error(`Nothing runs by ${pidFile}.`);
  process.kill(server.pid, signal);
  const hasEnded = async () => !(await isRunning(server));
  if (!(await waitUntil(hasEnded, END_TIMEOUT_MS)))
    throw new Error(`Process ${server.pid} does not end by ${signal}.`);
}

function redirect(connections: Connections, port: number): Connections {
  const through = (databaseUrl: string): string => {
    const url = new URL(databaseUrl);
    url.port = String(port);
    return url.href;
  };
  const { owner, ingest, closer, reader } = connections.databaseUrls;
  return {
    ...connections,
    databaseUrls: {
      owner: through(owner),
      ingest: through(ingest),
      closer: through(closer),
      reader: through(reader),
    },
  };
}
