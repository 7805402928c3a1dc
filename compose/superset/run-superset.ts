import { withFileLock } from "#compose/embedded/file-lock.ts";
import type { OnProgress } from "#compose/embedded/running-server.ts";
import { PipelineError } from "#shared/errors.ts";
import { openSession, type SupersetSession } from "./api/session.ts";
import { describeDataSource, writePgpass } from "./data-source.ts";
import { BUNDLE_FOLDER, locateHome } from "./home.ts";
import { installSuperset } from "./install.ts";
import { ensureInstance, locateInstance } from "./instance.ts";
import { rollOut } from "./roll-out.ts";
import { ensureSecrets, readAdminPassword } from "./secrets.ts";
import {
  findSuperset,
  isHealthy,
  startSupersetServer,
  stopSuperset,
} from "./server.ts";

// As long as the first installation on a slow line.
const LOCK_TIMEOUT_MS = 15 * 60_000;

export interface SupersetOptions {
  readonly dataDir: string;
  readonly port: number;
  readonly onProgress: OnProgress;
}

export interface ImportOptions extends SupersetOptions {
  /** Address of the role reader. */
  readonly readerUrl: string;
  /** `host:port` of Postgres for a Superset that reaches it by another way than this process. */
  readonly databaseAddress?: string | undefined;
  readonly bundleFolder?: string | undefined;
  readonly isPruning: boolean;
}

export interface UpOptions extends ImportOptions {
  readonly environment: Readonly<Record<string, string>>;
}

/**
 * Installs Superset where it is missing, starts it or adopts the running one, and rolls out the bundle. A Superset that
 * was started stays when the bundle cannot be rolled out. Throws what the steps throw.
 */
export async function bringUp(options: UpOptions): Promise<void> {
  const { dataDir, port, environment, onProgress } = options;
  const instance = await ensureInstance(dataDir);
  await withFileLock(instance.lockFile, LOCK_TIMEOUT_MS, async () => {
    const home = await locateHome();
    await installSuperset({ home, environment, onProgress });
    await ensureSecrets(instance);
    await writePgpass(
      instance.pgpassFile,
      describeDataSource(options.readerUrl, options.databaseAddress),
    );
    await startSupersetServer({
      home,
      instance,
      port,
      environment,
      onProgress,
    });
  });
  await importIntoRunning(options);
}

/** Rolls out the bundle to the running Superset; throws `not_running` (user) and what `rollOut` throws. */
export async function importIntoRunning(options: ImportOptions): Promise<void> {
  const { dataDir, onProgress, isPruning } = options;
  const instance = locateInstance(dataDir);
  const session = await signIn(options);
  const source = describeDataSource(options.readerUrl, options.databaseAddress);
  await writePgpass(instance.pgpassFile, source);
  await rollOut({
    session,
    folder: options.bundleFolder ?? BUNDLE_FOLDER,
    sqlalchemyUri: source.sqlalchemyUri,
    logFile: instance.logFile,
    isPruning,
    onProgress,
  });
}

/**
 * Signs in to the running Superset, which is that of the data directory unless `databaseAddress` tells of another one,
 * such as Docker's; throws `not_running` (user) when there is none.
 */
export async function signIn({
  dataDir,
  port,
  databaseAddress,
}: Pick<
  ImportOptions,
  "dataDir" | "port" | "databaseAddress"
>): Promise<SupersetSession> {
  const url = `http://127.0.0.1:${port}`;
  const password = await readAdminPassword(locateInstance(dataDir));
  const own = await findSuperset(dataDir);
  // Whatever listens at the port is given admin's password.
  const isExpected =
    own === undefined ? databaseAddress !== undefined : own.port === port;
  if (isExpected && (await isHealthy(port)))
    return openSession({ url, password });
  throw new PipelineError(
    own === undefined || own.port === port
      ? `No Superset of this data directory answers at ${url}. Start one with npm run superset -- up; for one that runs elsewhere, as in Docker, set SUPERSET_PORT and give --database-address.`
      : `The Superset of this data directory is at http://127.0.0.1:${own.port}, not at ${url}. Set SUPERSET_PORT to ${own.port}, or move it with npm run superset -- up.`,
    { code: "not_running", domain: "user" },
  );
}

/** Stops the Superset of a data directory, whoever started it; false when there is none. */
export function takeDown(dataDir: string): Promise<boolean> {
  return withFileLock(locateInstance(dataDir).lockFile, LOCK_TIMEOUT_MS, () =>
    stopSuperset(dataDir),
  );
}
