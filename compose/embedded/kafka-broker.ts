import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  access,
  mkdir,
  readFile,
  rename,
  rm,
  writeFile,
} from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { PipelineError } from "#shared/errors.ts";
import { ensureDataDirectory } from "./data-directory.ts";
import { findJava } from "./java.ts";
import { kafkaAnswers } from "./kafka-answers.ts";
import { ensureKafkaJars } from "./kafka-jars.ts";
import { findFreePort } from "./ports.ts";
import type { OnProgress, RunningServer } from "./running-server.ts";
import { stopRecordedServer, type StopStep } from "./server-process.ts";
import { startServer } from "./start-server.ts";

const run = promisify(execFile);

const SETTINGS = new URL("../kafka/server.properties", import.meta.url);
const LOG_SETTINGS = new URL("../kafka/log4j2.properties", import.meta.url);
// After a kill it reads every segment that was not flushed; a server that ends is noticed at once.
const START_TIMEOUT_MS = 5 * 60_000;
const STOP_STEPS: readonly StopStep[] = [
  { signal: "SIGTERM", waitMs: 30_000 },
  { signal: "SIGKILL", waitMs: 10_000 },
];

export interface KafkaOptions {
  /** The data directory of the whole stack; Kafka's part is `kafka/` in it. */
  readonly dataDir: string;
  /** Where the jars are kept, one folder per version. */
  readonly jarsDir: string;
  readonly port: number;
  readonly onProgress: OnProgress;
}

/**
 * Starts the embedded Kafka (one KRaft node, on 127.0.0.1 only) or adopts the running one, and waits until it
 * answers. Throws `missing_jdk`, `missing_maven`, `port_in_use` (user), `kafka_fetch_failed`, `server_start_failed`
 * (external).
 */
export async function startKafka({
  dataDir,
  jarsDir,
  port,
  onProgress,
}: KafkaOptions): Promise<RunningServer> {
  const paths = kafkaPaths(dataDir);
  const settings = await readFile(SETTINGS, "utf8");
  return startServer({
    server: "Kafka",
    port,
    setting: "KAFKA_PORT",
    externalSetting: "KAFKA_BOOTSTRAP_SERVERS",
    ...paths,
    configuration: [settings],
    startTimeoutMs: START_TIMEOUT_MS,
    stopSteps: STOP_STEPS,
    onProgress,
    answers: () => kafkaAnswers(`127.0.0.1:${port}`),
    prepare: async () => {
      const java = await findJava();
      const jars = await ensureKafkaJars({ jarsDir, onProgress });
      await ensureDataDirectory(dataDir);
      await mkdir(paths.home, { recursive: true, mode: 0o700 });
      // The controller's port is nobody's business, so each start takes one that is free at the time. This works
      // because the address of the single voter is read from the settings and stored nowhere.
      const controllerPort = await findFreePort();
      await writeFile(
        paths.settingsFile,
        `${settings}\n` +
          `listeners=BROKER://127.0.0.1:${port},CONTROLLER://127.0.0.1:${controllerPort}\n` +
          `controller.quorum.voters=1@127.0.0.1:${controllerPort}\n` +
          `log.dirs=${escapeProperty(paths.records)}\n`,
      );
      const runClass = javaArguments(jars);
      await formatOnce(java, runClass, paths);
      return {
        command: java,
        args: [...runClass("kafka.Kafka"), paths.settingsFile],
        env: {
          PATH: process.env.PATH ?? "",
          LC_ALL: "C.UTF-8",
          ...chosenJavaOptions(),
        },
        runAs: undefined,
      };
    },
  });
}

/** Stops the embedded Kafka of the data directory, whoever started it; false when there is none. */
export function stopKafka(dataDir: string): Promise<boolean> {
  return stopRecordedServer(kafkaPaths(dataDir).pidFile, STOP_STEPS);
}

type KafkaPaths = ReturnType<typeof kafkaPaths>;

function kafkaPaths(dataDir: string) {
  const home = join(dataDir, "kafka");
  return {
    home,
    pidFile: join(dataDir, "kafka.pid"),
    logFile: join(home, "server.log"),
    settingsFile: join(home, "server.properties"),
    records: join(home, "records"),
  };
}

function javaArguments(jars: string): (mainClass: string) => string[] {
  return (mainClass) => [
    "-Xmx512m",
    // The second compiler takes more processor time in a broker's first minutes than its code saves here: with it, working off
    // 300,000 plays took the broker 5 s, without it 1.8 s.
    "-XX:TieredStopAtLevel=1",
    // Not also on the IPv6 form of the address.
    "-Djava.net.preferIPv4Stack=true",
    "-Djava.awt.headless=true",
    `-Dlog4j2.configurationFile=${fileURLToPath(LOG_SETTINGS)}`,
    "-cp",
    join(jars, "*"),
    mainClass,
  ];
}

/** What the user tells every Java by its own variable, which the format reads, too; Java reports an empty one. */
function chosenJavaOptions(): Readonly<Record<string, string>> {
  const options = process.env["JDK_JAVA_OPTIONS"];
  return options === undefined ? {} : { JDK_JAVA_OPTIONS: options };
}

async function formatOnce(
  java: string,
  runClass: (mainClass: string) => string[],
  { records, settingsFile }: KafkaPaths,
): Promise<void> {
  const isFormatted = await access(records).then(
    () => true,
    () => false,
  );
  if (isFormatted) {
    return;
  }
  // Formatted aside and renamed, so that an interrupted first start leaves nothing half done.
  const unfinished = `${records}.unfinished`;
  const unfinishedSettings = `${settingsFile}.unfinished`;
  await rm(unfinished, { recursive: true, force: true });
  const settings = await readFile(settingsFile, "utf8");
  // The last value of a key counts.
  await writeFile(
    unfinishedSettings,
    `${settings}log.dirs=${escapeProperty(unfinished)}\n`,
  );
  try {
    const format = ["format", "-t", newClusterId(), "-c", unfinishedSettings];
    await run(java, [...runClass("kafka.tools.StorageTool"), ...format]);
  } catch (cause) {
    throw new PipelineError(
      `Kafka's storage tool could not prepare ${unfinished}: ${cause instanceof Error ? cause.message : String(cause)}`,
      { code: "server_start_failed", domain: "external", cause },
    );
  }
  await rename(unfinished, records);
  await rm(unfinishedSettings);
}

/** Kafka's form of a UUID: 16 bytes in base64url; one that begins with "-" would be read as an option. */
function newClusterId(): string {
  const id = randomBytes(16).toString("base64url");
  return id.startsWith("-") ? newClusterId() : id;
}

/** Java reads a properties file as Latin-1 with backslash escapes. */
function escapeProperty(value: string): string {
  return value
    .replaceAll("\\", "\\\\")
    .replace(
      /[^ -~]/g,
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`,
    );
}
