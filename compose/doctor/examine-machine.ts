import { stat, statfs } from "node:fs/promises";
import { totalmem } from "node:os";
import { dirname, join } from "node:path";

import { findJava, findMaven } from "#compose/embedded/java.ts";
import { readKafkaVersion } from "#compose/embedded/kafka-jars.ts";
import { examine, type Finding, fault, ok, warning } from "./finding.ts";

const GIB = 2 ** 30;
/** What everything took while a backlog was worked off, 1.3 GB at most, beside an operating system. */
const LEAST_MEMORY_BYTES = 1.8 * GIB;
const LEAST_DISK_BYTES = GIB;
const COMFORTABLE_DISK_BYTES = 5 * GIB;
const ARCHITECTURES: readonly string[] = ["x64", "arm64"];
const PRIVATE_FILES = ["secrets.json", "connection.env"];

/** What a machine has, as it is judged. */
export interface Machine {
  /** As `process.arch` names it. */
  readonly architecture: string;
  readonly memoryBytes: number;
  /** Where the data directory is. */
  readonly freeDiskBytes: number;
}

/** Reads the machine, and the disk of the folder, which need not be there yet. */
export async function readMachine(folder: string): Promise<Machine> {
  const { bavail, bsize } = await statfs(await nearestExisting(folder));
  return {
    architecture: process.arch,
    memoryBytes: Math.min(totalmem(), process.constrainedMemory() || Infinity),
    freeDiskBytes: bavail * bsize,
  };
}

/**
 * Judges whether the functions fit, and the servers that are embedded.
 *
 * @param hasEmbeddedPostgres whether there is to be one; a database elsewhere is nobody's concern here
 */
export function judgeMachine(
  { architecture, memoryBytes, freeDiskBytes }: Machine,
  hasEmbeddedPostgres: boolean,
): Finding[] {
  return [
    !hasEmbeddedPostgres || ARCHITECTURES.includes(architecture)
      ? ok("processor", architecture)
      : fault(
          "processor",
          `${architecture}, and the embedded Postgres exists for ${ARCHITECTURES.join(" and ")} only`,
          "Install a 64-bit system; on a Raspberry Pi the 64-bit Raspberry Pi OS",
        ),
    memoryBytes >= LEAST_MEMORY_BYTES
      ? ok("memory", inGib(memoryBytes))
      : warning(
          "memory",
          `${inGib(memoryBytes)}, and all parts together take up to 1.3 GiB under load`,
          "Use a machine with 2 GB, or set KAFKA_BOOTSTRAP_SERVERS or DATABASE_URL to have a server elsewhere",
        ),
    judgeDisk(freeDiskBytes),
  ];
}

function judgeDisk(freeBytes: number): Finding {
  const text = `${inGib(freeBytes)} free`;
  const nextStep =
    "Make room, or choose another place with --data-dir; STREAMING_RETENTION_FACTS limits what is kept";
  if (freeBytes < LEAST_DISK_BYTES) return fault("disk", text, nextStep);
  return freeBytes < COMFORTABLE_DISK_BYTES
    ? warning("disk", text, nextStep)
    : ok("disk", text);
}

/** Looks for what the embedded Kafka needs: a JDK, and Maven unless the jars are there. */
export async function examineTools(jarsDir: string): Promise<Finding[]> {
  const java = await examine("Java", async () => [
    ok("Java", await findJava()),
  ]);
  const version = await readKafkaVersion();
  if (await exists(join(jarsDir, version)))
    return [...java, ok("Kafka's jars", `${version} is there`)];
  const maven = await examine("Maven", async () => [
    ok("Maven", `${await findMaven()} will fetch Kafka at the next start`),
  ]);
  return [...java, ...maven];
}

/** Whether the files that hold passwords are closed to everybody else. */
export async function examinePrivateFiles(dataDir: string): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const name of PRIVATE_FILES) {
    const path = join(dataDir, name);
    if (!(await exists(path))) continue;
    const mode = (await stat(path)).mode & 0o777;
    findings.push(
      (mode & 0o077) === 0
        ? ok(name, "is readable for its owner only")
        : warning(
            name,
            `holds passwords, and its mode lets others read it (${mode.toString(8)})`,
            `chmod 600 '${path}'`,
          ),
    );
  }
  return findings;
}

async function nearestExisting(folder: string): Promise<string> {
  return (await exists(folder)) ? folder : nearestExisting(dirname(folder));
}

const inGib = (bytes: number): string => `${(bytes / GIB).toFixed(1)} GiB`;

const exists = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
