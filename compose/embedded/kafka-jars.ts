import { spawn } from "node:child_process";
import { once } from "node:events";
import {
  access,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rename,
  rm,
} from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { PipelineError } from "#shared/errors.ts";
import { withFileLock } from "./file-lock.ts";
import { findMaven } from "./java.ts";
import type { OnProgress } from "./running-server.ts";

const POM = fileURLToPath(new URL("../kafka/pom.xml", import.meta.url));
const FETCH_TIMEOUT_MS = 15 * 60_000;
const UNFINISHED = "unfinished-";

export interface FetchOptions {
  /** Holds one folder of jars per Kafka version. */
  readonly jarsDir: string;
  readonly onProgress: OnProgress;
}

/**
 * Returns the folder with all jars of the pom's Kafka, fetched with Maven when it is not there yet, once even when
 * two processes ask at the same time. Throws `missing_maven` (user) and `kafka_fetch_failed` (external).
 */
export async function ensureKafkaJars({
  jarsDir,
  onProgress,
}: FetchOptions): Promise<string> {
  const jars = join(jarsDir, await readKafkaVersion());
  if (await exists(jars)) {
    return jars;
  }
  await withFileLock(join(jarsDir, ".lock"), FETCH_TIMEOUT_MS, async () => {
    if (!(await exists(jars))) {
      await removeUnfinished(jarsDir);
      await fetchJars(jars, jarsDir, onProgress);
    }
  });
  return jars;
}

async function fetchJars(
  jars: string,
  jarsDir: string,
  onProgress: OnProgress,
): Promise<void> {
  const maven = await findMaven();
  onProgress("Kafka: fetching its jars (43 MB, only the first time)");
  const unfinished = await mkdtemp(join(jarsDir, UNFINISHED));
  try {
    await runMaven(maven, unfinished, onProgress);
    // Only a whole folder ever has the final name.
    await rename(unfinished, jars);
  } finally {
    await rm(unfinished, { recursive: true, force: true });
  }
}

async function runMaven(
  maven: string,
  outputDir: string,
  onProgress: OnProgress,
): Promise<void> {
  const child = spawn(
    maven,
    [
      "-B",
      "-f",
      POM,
      "dependency:copy-dependencies",
      `-DoutputDirectory=${outputDir}`,
    ],
    {
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  const exited = once(child, "close");
  const errors: string[] = [];
  let arrivedCount = 0;
  createInterface({ input: child.stderr }).on("line", (line) =>
    errors.push(line),
  );
  for await (const line of createInterface({ input: child.stdout })) {
    if (/Downloaded from .*\.jar /.test(line)) {
      arrivedCount += 1;
      onProgress(`Kafka: ${arrivedCount} jars downloaded`);
    } else if (line.includes("[ERROR]")) {
      errors.push(line);
    }
  }
  await exited;
  if (child.exitCode !== 0) {
    throw new PipelineError(
      `Maven could not fetch Kafka (exit code ${child.exitCode}). Is the network there, and a proxy set in Maven's ` +
        `settings where one is needed? Then try again. Maven said:\n${errors.slice(0, 10).join("\n")}`,
      { code: "kafka_fetch_failed", domain: "external", retry: true },
    );
  }
  onProgress(`Kafka: all ${(await readdir(outputDir)).length} jars are there`);
}

/** Returns the version of the embedded Kafka; throws `kafka_fetch_failed` (internal) when the pom names none. */
export async function readKafkaVersion(): Promise<string> {
  const version = /<kafka\.version>(.+)<\/kafka\.version>/.exec(
    await readFile(POM, "utf8"),
  )?.[1];
  if (version === undefined) {
    throw new PipelineError(
      `${POM} has no property kafka.version; restore it from the repository.`,
      {
        code: "kafka_fetch_failed",
        domain: "internal",
      },
    );
  }
  return version;
}

async function removeUnfinished(jarsDir: string): Promise<void> {
  await mkdir(jarsDir, { recursive: true });
  for (const name of await readdir(jarsDir)) {
    if (name.startsWith(UNFINISHED)) {
      await rm(join(jarsDir, name), { recursive: true, force: true });
    }
  }
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
