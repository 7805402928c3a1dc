import { spawn } from "node:child_process";
import { once } from "node:events";
import { open, rename, rm, stat, writeFile } from "node:fs/promises";
import { z } from "zod";
import { PipelineError } from "#shared/errors.ts";
import { readProcessIdentity } from "./process-identity.ts";
import { readIfExists } from "./read-if-exists.ts";
import { waitUntil } from "./wait-until.ts";

const LOG_LIMIT_BYTES = 10 * 1024 * 1024;
const LOG_TAIL_LINES = 15;

const serverProcessSchema = z.object({
  pid: z.int().positive(),
  /** See `readProcessIdentity`: a pid that was given to another process since then does not match. */
  identity: z.string(),
  port: z.int(),
  /** Changes with everything that would make a restart necessary: command, arguments, settings. */
  fingerprint: z.string(),
});

/** A server process as its pid file remembers it. */
export type ServerProcess = Readonly<z.infer<typeof serverProcessSchema>>;

export interface Launch {
  readonly pidFile: string;
  readonly logFile: string;
  readonly port: number;
  readonly fingerprint: string;
  readonly command: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Another system user to run as; needs root. */
  readonly runAs: { readonly uid: number; readonly gid: number } | undefined;
}

/** A signal that asks the server to end, and how long it may take before the next, ruder one. */
export interface StopStep {
  readonly signal: NodeJS.Signals;
  readonly waitMs: number;
}

/** Returns the live process of the pid file; a file whose process is gone is removed and is no obstacle. */
export async function findServerProcess(
  pidFile: string,
): Promise<ServerProcess | undefined> {
  const running = await readServerProcess(pidFile);
  if (running === undefined) await rm(pidFile, { force: true });
  return running;
}

/** Returns the live process of the pid file, and leaves the file as it is. */
export async function readServerProcess(
  pidFile: string,
): Promise<ServerProcess | undefined> {
  const recorded = parsePidFile(await readIfExists(pidFile));
  return recorded !== undefined && (await isRunning(recorded))
    ? recorded
    : undefined;
}

/** Tells whether this very process, and not a later one with its pid, is still there. */
export async function isRunning({
  pid,
  identity,
}: ServerProcess): Promise<boolean> {
  return (await readProcessIdentity(pid)) === identity;
}

/**
 * Starts a server in a session of its own, so that neither Ctrl-C nor a closed terminal reaches it, with its output
 * in the log file; its pid file is written before the server's first instruction.
 */
export async function launchServerProcess(
  launch: Launch,
): Promise<ServerProcess> {
  await rotateLog(launch.logFile);
  const log = await open(launch.logFile, "a", 0o600);
  try {
    // The shell waits for a line and then becomes the server, keeping pid and start time. Were the runner killed
    // before it wrote the pid file, the shell would read the end of its input and go: no server without a pid file.
    const child = spawn(
      "/bin/sh",
      [
        "-c",
        'read -r _ && exec "$@" </dev/null',
        "sh",
        launch.command,
        ...launch.args,
      ],
      {
        detached: true,
        stdio: ["pipe", log.fd, log.fd],
        env: launch.env,
        ...launch.runAs,
      },
    );
    await once(child, "spawn");
    const server = {
      pid: child.pid ?? 0,
      port: launch.port,
      fingerprint: launch.fingerprint,
    };
    const identity = await readProcessIdentity(server.pid);
    if (identity === undefined) {
      throw new PipelineError(
        `The shell that starts ${launch.command} ended at once; see ${launch.logFile}.`,
        {
          code: "server_start_failed",
          domain: "internal",
        },
      );
    }
    await writeFile(
      `${launch.pidFile}.part`,
      JSON.stringify({ ...server, identity }),
    );
    await rename(`${launch.pidFile}.part`, launch.pidFile);
    // An unread line is no loss: when the shell is gone already, waiting for the server's answer reports it.
    child.stdin?.on("error", () => undefined).end("\n");
    child.unref();
    return { ...server, identity };
  } finally {
    await log.close();
  }
}

/** Ends the process by the steps in turn, waits until it is gone, and removes the pid file. */
export async function stopServerProcess(
  pidFile: string,
  server: ServerProcess,
  steps: readonly StopStep[],
): Promise<void> {
  for (const { signal, waitMs } of steps) {
    if (!(await isRunning(server))) {
      break;
    }
    sendSignal(server.pid, signal);
    await waitUntil(async () => !(await isRunning(server)), waitMs);
  }
  if (await isRunning(server)) {
    throw new PipelineError(
      `Process ${server.pid} does not end, not even by SIGKILL. It waits for a disk or file system; ` +
        "see what holds it there, then try again.",
      { code: "server_stop_failed", domain: "external", retry: true },
    );
  }
  await rm(pidFile, { force: true });
}

/** Stops the live process of the pid file, whoever started it; false when there is none. */
export async function stopRecordedServer(
  pidFile: string,
  steps: readonly StopStep[],
): Promise<boolean> {
  const server = await findServerProcess(pidFile);
  if (server === undefined) {
    return false;
  }
  await stopServerProcess(pidFile, server, steps);
  return true;
}

/** Returns the last lines of a server's log, for an error message. */
export async function readLogTail(logFile: string): Promise<string> {
  const log = (await readIfExists(logFile)) ?? "";
  return log.trimEnd().split("\n").slice(-LOG_TAIL_LINES).join("\n");
}

function sendSignal(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    // It ended between the look and the signal.
    if (!(
      error instanceof Error &&
      "code" in error &&
      error.code === "ESRCH"
    )) {
      throw error;
    }
  }
}

function parsePidFile(text: string | undefined): ServerProcess | undefined {
  try {
    return serverProcessSchema.parse(JSON.parse(text ?? ""));
  } catch {
    // No file, or a torn or foreign one, names no process of ours.
    return undefined;
  }
}

async function rotateLog(logFile: string): Promise<void> {
  const size = await stat(logFile).then(
    (stats) => stats.size,
    () => 0,
  );
  if (size > LOG_LIMIT_BYTES) {
    await rename(logFile, `${logFile}.old`);
  }
}
