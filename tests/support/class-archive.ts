import { execFile } from "node:child_process";
import { readdir, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { promisify } from "node:util";

import { findJava } from "#compose/embedded/java.ts";
import { ensureKafkaJars } from "#compose/embedded/kafka-jars.ts";
import { PROJECT_ROOT } from "#compose/runner/project-root.ts";

const run = promisify(execFile);

const JARS_DIR = join(PROJECT_ROOT, ".data", "kafka-jars");

/** Where the brokers of the tests look for their classes; Java does without where it finds none, or another's. */
export const CLASS_ARCHIVE = join(PROJECT_ROOT, ".data", "kafka-classes.jsa");

/**
 * Archives the classes that a running broker has loaded, unless there is an archive that this Java and this Kafka
 * can use. Measured: a start costs 2.8 s of processor time instead of 4.7, and the archive 7.3, once for a checkout.
 */
export async function ensureClassArchive(brokerPid: number): Promise<void> {
  const java = await findJava();
  if (await isUsable(java)) return;
  const jcmd = join(dirname(java), "jcmd");
  const reportsBefore = await listReports();
  const unfinished = `${CLASS_ARCHIVE}.${brokerPid}`;
  try {
    await run(jcmd, [String(brokerPid), "VM.cds", "static_dump", unfinished]);
    // Java crashes on half an archive, so only a whole one ever has the final name.
    await rename(unfinished, CLASS_ARCHIVE);
  } catch {
    // A Java that cannot archive: its brokers start as they always did.
  } finally {
    await rm(unfinished, { force: true });
    await removeReports(reportsBefore);
  }
}

/** What a Java that archives has said: files where the broker runs, named by a process that nobody knows. */
async function listReports(): Promise<string[]> {
  const names = await readdir(".");
  return names.filter((name) => /^java_pid\d+_std(out|err)$/.test(name));
}

async function removeReports(except: readonly string[]): Promise<void> {
  for (const name of await listReports())
    if (!except.includes(name)) await rm(name, { force: true });
}

async function isUsable(java: string): Promise<boolean> {
  const jars = await ensureKafkaJars({
    jarsDir: JARS_DIR,
    onProgress: () => undefined,
  });
  const options = ["-Xshare:on", `-XX:SharedArchiveFile=${CLASS_ARCHIVE}`];
  return run(java, [...options, "-cp", join(jars, "*"), "-version"]).then(
    () => true,
    () => false,
  );
}
