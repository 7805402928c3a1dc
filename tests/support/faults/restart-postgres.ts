import { readFile, stat } from "node:fs/promises";
import { join } from "node:path";

import { postgresAnswers } from "#compose/embedded/postgres-answers.ts";
import { stopPostgres } from "#compose/embedded/postgres-server.ts";
import {
  findServerProcess,
  launchServerProcess,
} from "#compose/embedded/server-process.ts";
import { waitUntil } from "#compose/embedded/wait-until.ts";

const START_TIMEOUT_MS = 60_000;

/**
 * Stops the embedded Postgres and starts it as it was, with more in its environment. `stopPostgres` has to stop it
 * before what started it first does.
 */
export async function restartPostgres(
  { dataDir, databaseUrl }: { dataDir: string; databaseUrl: string },
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  const pidFile = join(dataDir, "postgres.pid");
  const running = await findServerProcess(pidFile);
  if (running === undefined) throw new Error(`No Postgres runs in ${dataDir}.`);
  const [command = "", ...args] = (
    await readFile(`/proc/${running.pid}/cmdline`, "utf8")
  )
    .split("\0")
    .slice(0, -1);
  const { uid, gid } = await stat(`/proc/${running.pid}`);
  await stopPostgres(dataDir);
  await launchServerProcess({
    ...running,
    pidFile,
    logFile: join(dataDir, "postgres", "server.log"),
    command,
    args,
    env: { LC_ALL: "C", TZ: "UTC", ...environment },
    runAs: uid === process.getuid?.() ? undefined : { uid, gid },
  });
  if (!(await waitUntil(() => postgresAnswers(databaseUrl), START_TIMEOUT_MS)))
    throw new Error(`Postgres does not answer after ${START_TIMEOUT_MS} ms.`);
}
