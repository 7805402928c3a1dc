import { join } from "node:path";

import { formatDatabaseUrl } from "#compose/embedded/database-url.ts";
import { startKafka } from "#compose/embedded/kafka-broker.ts";
import { startPostgres } from "#compose/embedded/postgres-server.ts";
import { KAFKA_JARS_DIR } from "#compose/runner/project-root.ts";
import type { ServerSource } from "./with-server.ts";

interface SourceOptions<Connection> extends Pick<
  ServerSource<Connection>,
  "find"
> {
  readonly dataDir: string;
  readonly port: number;
  readonly onProgress: (message: string) => void;
}

/** Brokers, as `host:port` separated by commas. */
export function brokerSource({
  dataDir,
  port,
  find,
  onProgress,
}: SourceOptions<string>): ServerSource<string> {
  return {
    find,
    home: join(dataDir, "kafka"),
    start: async () => {
      const server = await startKafka({
        dataDir,
        jarsDir: KAFKA_JARS_DIR,
        port,
        onProgress,
      });
      return { server, connection: `127.0.0.1:${port}` };
    },
  };
}

/** The database's URL for the role that only reads. */
export function databaseSource({
  dataDir,
  port,
  find,
  onProgress,
}: SourceOptions<string>): ServerSource<string> {
  return {
    find,
    home: join(dataDir, "postgres"),
    start: async () => {
      const server = await startPostgres({ dataDir, port, onProgress });
      return { server, connection: formatDatabaseUrl(server, "reader") };
    },
  };
}
