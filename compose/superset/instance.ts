import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import { ensureDataDirectory } from "#compose/embedded/data-directory.ts";

/** What one Superset keeps in the data directory; nobody else may look into it. */
export interface Instance {
  readonly folder: string;
  readonly secretsFolder: string;
  /** Password of the role reader, for libpq. */
  readonly pgpassFile: string;
  /** Superset's own database: users, charts, dashboards. */
  readonly metadataFile: string;
  /** Names what the metadata were last prepared with. */
  readonly preparedFile: string;
  readonly pidFile: string;
  readonly logFile: string;
  readonly lockFile: string;
}

/** Returns where the Superset of a data directory keeps what. */
export function locateInstance(dataDir: string): Instance {
  const folder = join(dataDir, "superset");
  return {
    folder,
    secretsFolder: join(folder, "secrets"),
    pgpassFile: join(folder, "pgpass"),
    metadataFile: join(folder, "metadata.db"),
    preparedFile: join(folder, "prepared"),
    pidFile: join(dataDir, "superset.pid"),
    logFile: join(folder, "server.log"),
    lockFile: join(dataDir, "superset.lock"),
  };
}

/** Makes the folders, closed to everybody else. */
export async function ensureInstance(dataDir: string): Promise<Instance> {
  const instance = locateInstance(dataDir);
  await ensureDataDirectory(dataDir);
  await mkdir(instance.folder, { recursive: true, mode: 0o700 });
  await mkdir(instance.secretsFolder, { recursive: true, mode: 0o700 });
  return instance;
}
