import { fileURLToPath } from "node:url";
import { join } from "node:path";

import type { Connections } from "#compose/embedded/connection-env.ts";
import { startKafka } from "#compose/embedded/kafka-broker.ts";
import {
  findServerProcess,
  isRunning,
} from "#compose/embedded/server-process.ts";
import { waitUntil } from "#compose/embedded/wait-until.ts";
import { GROUPS } from "#tests/support/pipeline/scene.ts";
import { untilGroupsKnown } from "#tests/support/pipeline/until-groups-known.ts";

/** The Kafka of a scene, as somebody sees it who pulls its plug. */
export interface KafkaInHand {
  /** Where it keeps its records, one folder per topic-partition. */
  readonly recordsDir: string;
  /** Ends it as a power cut would, and resolves when it is gone. */
  kill(): Promise<void>;
  /** Resolves when it has ended by itself. */
  untilEnded(): Promise<void>;
  /** Starts it again, on the same port and the same records; resolves once it knows its groups again. */
  start(): Promise<void>;
}

const JARS_DIR = fileURLToPath(
  new URL("../../../.data/kafka-jars", import.meta.url),
);
const END_TIMEOUT_MS = 30_000;

/** Takes the Kafka that `startServers` has started in a directory; its own cleanup stops the last one. */
export function takeKafka(
  dataDir: string,
  { kafkaBootstrapServers }: Pick<Connections, "kafkaBootstrapServers">,
): KafkaInHand {
  const pidFile = join(dataDir, "kafka.pid");
  const port = Number(kafkaBootstrapServers.split(":")[1]);
  const find = async () => {
    const server = await findServerProcess(pidFile);
    if (server === undefined) throw new Error("Kafka does not run.");
    return server;
  };
  return {
    recordsDir: join(dataDir, "kafka", "records"),
    kill: async () => {
      const server = await find();
      process.kill(server.pid, "SIGKILL");
      const hasEnded = async () => !(await isRunning(server));
      if (!(await waitUntil(hasEnded, END_TIMEOUT_MS)))
        throw new Error("Kafka was killed and still runs.");
    },
    untilEnded: async () => {
      const isGone = await waitUntil(
        async () => (await findServerProcess(pidFile)) === undefined,
        END_TIMEOUT_MS,
      );
      if (!isGone) throw new Error("Kafka still runs.");
    },
    start: async () => {
      await startKafka({
        dataDir,
        jarsDir: JARS_DIR,
        port,
        onProgress: () => undefined,
      });
      await untilGroupsKnown(kafkaBootstrapServers, Object.values(GROUPS));
    },
  };
}
