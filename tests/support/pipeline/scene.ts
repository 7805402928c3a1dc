import { inject } from "vitest";

import type { Connections } from "#compose/embedded/connection-env.ts";
import { createCleanups } from "#compose/runner/cleanups.ts";
import {
  DEAD_LETTER_TOPIC,
  DIMENSIONS,
  STREAM_EVENTS_TOPIC,
} from "#shared/domain/topics.ts";
import { copyPreparedData, ensurePreparedData } from "./prepared-data.ts";
import {
  startPipeline,
  type Pipeline,
  type PipelineOptions,
} from "./start-pipeline.ts";
import {
  NOT_DURABLE,
  startServers,
  type ServerOptions,
} from "./start-servers.ts";
import {
  openTopicClient,
  type TopicClient,
  type TopicRecord,
} from "./topic-client.ts";
import { untilGroupsKnown } from "./until-groups-known.ts";

/** Consumer groups of serverless.yml. */
export const GROUPS = {
  streamEvents: "aggregate-micro-batch",
  deadLetters: "dead-letter",
} as const;

/** The topics whose records a test sends itself; the dimensions are loaded already. */
const POLLED = [STREAM_EVENTS_TOPIC, DEAD_LETTER_TOPIC];

export type RunOptions = Omit<PipelineOptions, "dataDir" | "connections">;

/** Servers with the catalogue loaded, on which pipelines run one after another. */
export interface Scene {
  /** Of the servers and of the functions' logs. */
  readonly dataDir: string;
  readonly topics: TopicClient;
  /** Reads what the dimension topics and `stream-events` hold, as the oracle needs it. */
  readRecords(): Promise<TopicRecord[]>;
  /** How many records the dead-letter topic holds. */
  countLetters(): Promise<number>;
  /** A new database with the catalogue and no play; the groups begin at the start of `stream-events` again. */
  beginAnew(): Promise<Connections>;
  /** A new database with the catalogue and no play, as a restored backup is: the groups stay where they are. */
  restoreBackup(): Promise<Connections>;
  /** Starts a pipeline on a database, runs the work, and stops it whatever happens. */
  withPipeline<Result>(
    connections: Connections,
    options: RunOptions,
    work: (pipeline: Pipeline) => Promise<Result>,
  ): Promise<Result>;
  /** What `startPipeline` needs in another process. */
  settingsFor(connections: Connections, options: RunOptions): PipelineOptions;
  close(): Promise<void>;
}

/** Starts the servers of a test file; `close` stops and removes them. */
export async function openScene(
  serverOptions: Partial<Omit<ServerOptions, "fillDirectory">> = {},
): Promise<Scene> {
  const preparedDir = await ensurePreparedData(inject("serversDir"));
  const cleanups = createCleanups();
  try {
    const servers = await startServers({
      postgresSettings: NOT_DURABLE,
      ...serverOptions,
      fillDirectory: (dataDir) => copyPreparedData(preparedDir, dataDir),
    });
    cleanups.add(() => servers.stop());
    const { kafkaBootstrapServers } = servers.connections;
    await untilGroupsKnown(kafkaBootstrapServers, Object.values(GROUPS));
    const topics = await openTopicClient(kafkaBootstrapServers);
    cleanups.add(() => topics.close());
    const settingsFor = (connections: Connections, options: RunOptions) => ({
      dataDir: servers.dataDir,
      connections,
      topics: POLLED,
      ...options,
    });
    return {
      dataDir: servers.dataDir,
      topics,
      settingsFor,
      readRecords: () => topics.readAll([...DIMENSIONS, STREAM_EVENTS_TOPIC]),
      countLetters: async () => {
        const ends = await topics.admin.fetchTopicOffsets(DEAD_LETTER_TOPIC);
        return ends.reduce(
          (sum, { low, high }) => sum + Number(high) - Number(low),
          0,
        );
      },
      beginAnew: async () => {
        await topics.rewind(GROUPS.streamEvents);
        // Letters of earlier runs are none of the new database's.
        await topics.empty(DEAD_LETTER_TOPIC);
        await topics.rewind(GROUPS.deadLetters);
        return servers.copyDatabase();
      },
      restoreBackup: () => servers.copyDatabase(),
      withPipeline: async (connections, options, work) => {
        const pipeline = await startPipeline(settingsFor(connections, options));
        try {
          return await work(pipeline);
        } finally {
          await pipeline.stop();
        }
      },
      close: () => cleanups.run(),
    };
  } catch (error) {
    await cleanups.run();
    throw error;
  }
}
