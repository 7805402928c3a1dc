import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { ensureDataDirectory } from "./data-directory.ts";
import { DATABASE, formatDatabaseUrl } from "./database-url.ts";
import { postgresAnswers } from "./postgres-answers.ts";
import { findPostgresBinaries } from "./postgres-binaries.ts";
import { prepareCluster } from "./postgres-cluster.ts";
import { removeStaleLock, startBesideOrphans } from "./postgres-lock.ts";
import { ensureDatabase, ensureRoles } from "./postgres-roles.ts";
import { findPostgresUser } from "./postgres-user.ts";
import type { OnProgress, RunningServer } from "./running-server.ts";
import { ensureSecrets, type Secrets } from "./secrets.ts";
import { stopRecordedServer, type StopStep } from "./server-process.ts";
import { startServer, type ServerSpec } from "./start-server.ts";

const SETTINGS_FILE = fileURLToPath(
  new URL("../postgres/postgresql.conf", import.meta.url),
);
// Recovery after a power cut replays up to 2 GB of log, on an SD card too; a server that ends is noticed at once.
const START_TIMEOUT_MS = 10 * 60_000;
/** Fast shutdown, immediate shutdown, and the end of patience. */
const STOP_STEPS: readonly StopStep[] = [
  { signal: "SIGINT", waitMs: 30_000 },
  { signal: "SIGQUIT", waitMs: 5_000 },
  { signal: "SIGKILL", waitMs: 5_000 },
];

export interface PostgresOptions {
  /** The data directory of the whole stack; Postgres' part is `postgres/` in it. */
  readonly dataDir: string;
  readonly port: number;
  readonly onProgress: OnProgress;
  /** Server settings beyond compose/postgres/postgresql.conf; only the tests use any. */
  readonly settings?: Readonly<Record<string, string>>;
}

export interface RunningPostgres extends RunningServer {
  readonly secrets: Secrets;
}

/**
 * Starts the embedded Postgres (on 127.0.0.1 only, over TCP with passwords) or adopts the running one, with the
 * pipeline's database and login roles. Throws `port_in_use`, `postgres_version_mismatch`, `directory_unreachable`,
 * `secrets_invalid`, `postgres_password_rejected`, `missing_postgres` (user), `server_start_failed` (external).
 */
export async function startPostgres({
  dataDir,
  port,
  onProgress,
  settings = {},
}: PostgresOptions): Promise<RunningPostgres> {
  await ensureDataDirectory(dataDir);
  const paths = postgresPaths(dataDir);
  const binaries = findPostgresBinaries();
  const secrets = await ensureSecrets(dataDir);
  const commandSettings = {
    config_file: SETTINGS_FILE,
    listen_addresses: "127.0.0.1",
    port: String(port),
    // A socket file would be a second way in.
    unix_socket_directories: "",
    ...settings,
  };
  const args = [
    "-D",
    paths.cluster,
    ...Object.entries(commandSettings).flatMap(([name, value]) => [
      "-c",
      `${name}=${value}`,
    ]),
  ];
  const configuration = [
    binaries.postgres,
    ...args,
    await readFile(SETTINGS_FILE, "utf8"),
  ];
  const spec: ServerSpec = {
    server: "Postgres",
    port,
    setting: "POSTGRES_PORT",
    externalSetting: "DATABASE_URL",
    ...paths,
    configuration,
    startTimeoutMs: START_TIMEOUT_MS,
    stopSteps: STOP_STEPS,
    onProgress,
    answers: () =>
      postgresAnswers(
        formatDatabaseUrl({ port, secrets }, "superuser", "postgres"),
      ),
    prepare: async () => {
      const runAs = await findPostgresUser();
      await prepareCluster({
        ...paths,
        binaries,
        runAs,
        superuserPassword: secrets.superuser,
        onProgress,
      });
      await removeStaleLock(paths.cluster);
      return {
        command: binaries.postgres,
        args,
        env: { LC_ALL: "C", TZ: "UTC" },
        runAs,
      };
    },
  };
  const server = await startBesideOrphans(paths.cluster, () =>
    startServer(spec),
  );
  await ensureRoles({ port, secrets });
  await ensureDatabase({ port, secrets }, DATABASE);
  return { ...server, secrets };
}

/** Stops the embedded Postgres of the data directory, whoever started it; false when there is none. */
export function stopPostgres(dataDir: string): Promise<boolean> {
  return stopRecordedServer(postgresPaths(dataDir).pidFile, STOP_STEPS);
}

function postgresPaths(dataDir: string) {
  const home = join(dataDir, "postgres");
  return {
    home,
    pidFile: join(dataDir, "postgres.pid"),
    logFile: join(home, "server.log"),
    cluster: join(home, "cluster"),
  };
}
