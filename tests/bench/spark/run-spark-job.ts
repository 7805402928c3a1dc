import { spawn } from "node:child_process";
import { once } from "node:events";
import { createWriteStream } from "node:fs";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { fileURLToPath } from "node:url";

import { readLogTail } from "#compose/embedded/server-process.ts";
import { PROJECT_ROOT } from "#compose/runner/project-root.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { PipelineError } from "#shared/errors.ts";
import type { PipelineServers } from "#tests/support/pipeline/start-servers.ts";
import {
  findServerParts,
  startMeter,
  type ProcessMeter,
  type ProcessUse,
} from "../measure-processes.ts";
import type { SparkHome } from "./home.ts";
import type { SparkJob } from "./jobs.ts";
import { parseReport } from "./parse-report.ts";

const JOB_FOLDER = fileURLToPath(new URL("job/", import.meta.url));
const SCHEMA = join(PROJECT_ROOT, "shared", "schemas", "stream-events.json");

export interface SparkRun {
  /** From the beginning of the first batch to the last row written. */
  readonly seconds: number;
  readonly batches: number;
  /** Of `spark`, its JVM and its Python processes, and of `kafka` and `postgres`. */
  readonly use: ProcessUse | undefined;
}

export interface SparkRunOptions {
  readonly job: SparkJob;
  readonly home: SparkHome;
  readonly servers: PipelineServers;
  readonly databaseUrl: string;
  /** Takes what the job writes for people. */
  readonly logFile: string;
  /** Ends the job when it is aborted. */
  readonly signal: AbortSignal;
}

/** Runs the job over what the topic holds; throws `spark_job_failed` (external) when it does not come to its end. */
export async function runSparkJob(options: SparkRunOptions): Promise<SparkRun> {
  const { job, home, servers, databaseUrl, logFile, signal } = options;
  const workDir = join(servers.dataDir, `bench-${job}`);
  await mkdir(workDir);
  const child = spawn(home.python, [join(JOB_FOLDER, "main.py")], {
    // A group of its own, so that the JVM is ended with it.
    detached: true,
    stdio: ["pipe", "pipe", "pipe"],
    env: describeEnvironment(home),
  });
  const end = () => killGroup(child.pid);
  signal.addEventListener("abort", end);
  try {
    // A job that ends before it has read them is reported by its exit code.
    child.stdin
      .on("error", () => undefined)
      .end(
        JSON.stringify({
          job,
          bootstrap_servers: servers.connections.kafkaBootstrapServers,
          topic: STREAM_EVENTS_TOPIC,
          schema_file: SCHEMA,
          database_url: databaseUrl,
          jars: join(home.jars, "*"),
          work_dir: workDir,
        }),
      );
    const [run] = await Promise.all([
      followJob(child.stdout, async () =>
        startMeter({
          spark: { pid: child.pid ?? 0, withFamily: true },
          ...(await findServerParts(servers.dataDir)),
        }),
      ),
      pipeline(child.stderr, createWriteStream(logFile, { mode: 0o600 })),
      once(child, "close"),
    ]);
    if (run !== undefined && child.exitCode === 0) return run;
  } catch (error) {
    end();
    throw error;
  } finally {
    signal.removeEventListener("abort", end);
    await rm(workDir, { recursive: true, force: true });
  }
  throw new PipelineError(
    `The Spark job ended before all plays were written (${child.signalCode ?? `exit code ${child.exitCode}`}). Its log is ${logFile}; the last lines:\n${await readLogTail(logFile)}`,
    { code: "spark_job_failed", domain: "external" },
  );
}

/** Follows the job until it ends; undefined when it has not said that it is done. */
async function followJob(
  output: Readable,
  startSparkMeter: () => Promise<ProcessMeter>,
): Promise<SparkRun | undefined> {
  let meter: ProcessMeter | undefined;
  let run: SparkRun | undefined;
  try {
    for await (const line of createInterface({ input: output })) {
      const report = parseReport(line);
      if (report?.event === "ready") meter = await startSparkMeter();
      if (report?.event === "done") {
        const { seconds, batches } = report;
        run = { seconds, batches, use: await meter?.stop() };
      }
    }
    return run;
  } finally {
    await meter?.stop();
  }
}

/** What a person has set for another Spark or Python of theirs is not for this one. */
function describeEnvironment(home: SparkHome): NodeJS.ProcessEnv {
  const { PATH, HOME, JAVA_HOME } = process.env;
  return {
    PATH,
    HOME,
    JAVA_HOME,
    PYSPARK_PYTHON: home.python,
    // The workers load the job's modules too.
    PYTHONPATH: JOB_FOLDER,
    PYTHONDONTWRITEBYTECODE: "1",
    SPARK_LOCAL_IP: "127.0.0.1",
  };
}

function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // All of it has ended.
  }
}
