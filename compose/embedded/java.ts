import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { PipelineError } from "#shared/errors.ts";

const run = promisify(execFile);
const OLDEST_JAVA = 17;

/** Returns the java command (of JAVA_HOME, else of PATH); throws `missing_jdk` (user) when there is none from 17 on. */
export async function findJava(): Promise<string> {
  const home = process.env.JAVA_HOME;
  const java = home ? join(home, "bin", "java") : "java";
  const version = await readJavaVersion(java);
  if (version !== undefined && version >= OLDEST_JAVA) {
    return java;
  }
  const found =
    version === undefined
      ? `"${java}" does not run here`
      : `"${java}" is version ${version}`;
  throw new PipelineError(
    `Kafka needs Java ${OLDEST_JAVA} or newer, but ${found}.\n` +
      "  Debian, Ubuntu: sudo apt install default-jdk-headless maven\n" +
      "  macOS:          brew install openjdk@21 maven && " +
      'export JAVA_HOME="$(brew --prefix openjdk@21)/libexec/openjdk.jdk/Contents/Home"\n' +
      "Or set KAFKA_BOOTSTRAP_SERVERS to use a Kafka that is already running.",
    { code: "missing_jdk", domain: "user" },
  );
}

/** Returns the mvn command; throws `missing_maven` (user) when there is none. */
export async function findMaven(): Promise<string> {
  try {
    await run("mvn", ["-v"]);
    return "mvn";
  } catch (cause) {
    throw new PipelineError(
      "Maven fetches Kafka at the first start, but the command mvn does not run here.\n" +
        "  Debian, Ubuntu: sudo apt install maven\n" +
        "  macOS:          brew install maven\n" +
        "Or set KAFKA_BOOTSTRAP_SERVERS to use a Kafka that is already running.",
      { code: "missing_maven", domain: "user", cause },
    );
  }
}

async function readJavaVersion(java: string): Promise<number | undefined> {
  try {
    const { stderr } = await run(java, ["-version"]);
    // openjdk version "17.0.15", and java version "1.8.0_402" before 9.
    const [, major, minor] = /version "(\d+)(?:\.(\d+))?/.exec(stderr) ?? [];
    return major === "1" ? Number(minor) : Number(major);
  } catch {
    // Not there, or the stub of macOS that only says so.
    return undefined;
  }
}
