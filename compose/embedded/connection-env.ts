import { rename, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureDataDirectory } from "./data-directory.ts";
import { readIfExists } from "./read-if-exists.ts";
import type { DatabaseRole } from "./secrets.ts";

/** Where Kafka and Postgres are and how each role reaches the database; holds passwords. */
export interface Connections {
  /** `host:port`, several separated by commas. */
  readonly kafkaBootstrapServers: string;
  readonly databaseUrls: Readonly<Record<DatabaseRole, string>>;
  /** Where the runner serves its metrics, `http://127.0.0.1:<port>`; undefined where it serves none. */
  readonly metricsUrl?: string | undefined;
}

/** Writes `connection.env` (mode 600) in the data directory, for `set -a; . .data/connection.env` in a shell. */
export async function writeConnectionEnv(
  dataDir: string,
  connections: Connections,
): Promise<void> {
  await ensureDataDirectory(dataDir);
  const { kafkaBootstrapServers, databaseUrls, metricsUrl } = connections;
  const variables = {
    KAFKA_BOOTSTRAP_SERVERS: kafkaBootstrapServers,
    DATABASE_URL: databaseUrls.owner,
    INGEST_DATABASE_URL: databaseUrls.ingest,
    CLOSER_DATABASE_URL: databaseUrls.closer,
    READER_DATABASE_URL: databaseUrls.reader,
    ...(metricsUrl === undefined ? {} : { METRICS_URL: metricsUrl }),
  };
  const lines = Object.entries(variables).map(
    ([name, value]) => `${name}=${quoteForShell(value)}\n`,
  );
  const path = join(dataDir, "connection.env");
  await writeFile(`${path}.part`, lines.join(""), { mode: 0o600 });
  await rename(`${path}.part`, path);
}

/** Returns what `writeConnectionEnv` wrote, or undefined when there is no such file or a server is missing in it. */
export async function readConnectionEnv(
  dataDir: string,
): Promise<Connections | undefined> {
  const text = (await readIfExists(join(dataDir, "connection.env"))) ?? "";
  const values = new Map(
    [...text.matchAll(/^([A-Z_]+)=('(?:[^']|'\\'')*')$/gm)].map(
      ([, name = "", quoted = ""]) => [name, unquote(quoted)],
    ),
  );
  const kafkaBootstrapServers = values.get("KAFKA_BOOTSTRAP_SERVERS");
  const owner = values.get("DATABASE_URL");
  const ingest = values.get("INGEST_DATABASE_URL");
  const closer = values.get("CLOSER_DATABASE_URL");
  const reader = values.get("READER_DATABASE_URL");
  return kafkaBootstrapServers && owner && ingest && closer && reader
    ? {
        kafkaBootstrapServers,
        databaseUrls: { owner, ingest, closer, reader },
        metricsUrl: values.get("METRICS_URL"),
      }
    : undefined;
}

// In single quotes everything but the single quote itself stands for itself.
function quoteForShell(value: string): string {
  return `'${value.replaceAll("'", String.raw`'\''`)}'`;
}

function unquote(quoted: string): string {
  return quoted.slice(1, -1).replaceAll(String.raw`'\''`, "'");
}
