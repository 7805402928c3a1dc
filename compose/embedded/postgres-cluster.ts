import { execFile } from "node:child_process";
import { chmod, chown, mkdir, rename, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { PipelineError } from "#shared/errors.ts";
import {
  readPostgresMajorVersion,
  type PostgresBinaries,
} from "./postgres-binaries.ts";
import { assertUserReaches, type SystemUser } from "./postgres-user.ts";
import { readIfExists } from "./read-if-exists.ts";
import type { OnProgress } from "./running-server.ts";

const run = promisify(execFile);

export interface ClusterOptions {
  /** Postgres' part of the data directory. */
  readonly home: string;
  /** Its data, below `home`. */
  readonly cluster: string;
  readonly binaries: PostgresBinaries;
  /** The system user that the server runs as, when we are root. */
  readonly runAs: SystemUser | undefined;
  readonly superuserPassword: string;
  readonly onProgress: OnProgress;
}

/**
 * Makes the data of Postgres where there are none yet; throws `postgres_version_mismatch` (user) for those of
 * another major version, `directory_unreachable` (user) and `server_start_failed` (external).
 */
export async function prepareCluster(options: ClusterOptions): Promise<void> {
  await prepareHome(options);
  const { home, cluster, binaries, onProgress } = options;
  const stored = (await readIfExists(join(cluster, "PG_VERSION")))?.trim();
  if (stored !== undefined) {
    const installed = await readPostgresMajorVersion(binaries);
    if (stored !== installed) {
      throw new PipelineError(
        `The data in ${cluster} was made by Postgres ${stored}, and the installed one is ${installed}. Check out and ` +
          `npm install the version of the project that made it, or begin anew with npm run reset (this deletes the data).`,
        { code: "postgres_version_mismatch", domain: "user" },
      );
    }
    return;
  }
  onProgress("Postgres: making its data directory (only the first time)");
  // Made aside and renamed, so that an interrupted first start leaves nothing half done.
  const unfinished = join(home, "cluster.unfinished");
  await rm(unfinished, { recursive: true, force: true });
  await initialiseCluster(
    unfinished,
    join(home, "superuser-password"),
    options,
  );
  await rename(unfinished, cluster);
}

async function prepareHome({
  home,
  binaries,
  runAs,
}: ClusterOptions): Promise<void> {
  await mkdir(home, { recursive: true });
  await chmod(home, 0o700);
  if (runAs !== undefined) {
    await chown(home, runAs.uid, runAs.gid);
    await Promise.all(
      [binaries.postgres, binaries.initdb].map((program) =>
        assertUserReaches(runAs, program, home),
      ),
    );
  }
}

async function initialiseCluster(
  directory: string,
  passwordFile: string,
  { binaries, runAs, superuserPassword }: ClusterOptions,
): Promise<void> {
  await writeFile(passwordFile, superuserPassword, { mode: 0o600 });
  try {
    if (runAs !== undefined) {
      await chown(passwordFile, runAs.uid, runAs.gid);
    }
    const args = [
      "-D",
      directory,
      "--username=postgres",
      `--pwfile=${passwordFile}`,
      "--auth=scram-sha-256",
      // The provider is built in since 17: text sorts by code point on every system alike, and upper() knows more than
      // ASCII.
      "--encoding=UTF8",
      "--locale=C",
      "--locale-provider=builtin",
      "--builtin-locale=C.UTF-8",
    ];
    await run(binaries.initdb, args, {
      ...runAs,
      cwd: "/",
      env: { LC_ALL: "C", TZ: "UTC" },
    });
  } catch (cause) {
    throw new PipelineError(
      `initdb could not make ${directory}: ${cause instanceof Error ? cause.message : String(cause)}`,
      { code: "server_start_failed", domain: "external", cause },
    );
  } finally {
    await rm(passwordFile, { force: true });
  }
}
