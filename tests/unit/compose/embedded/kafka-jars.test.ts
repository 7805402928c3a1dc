import {
  chmod,
  mkdir,
  mkdtemp,
  readFile,
  readdir,
  rm,
  writeFile,
} from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { ensureKafkaJars } from "#compose/embedded/kafka-jars.ts";

let directory: string;
let jarsDir: string;
let fetches: string;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "kafka-jars-"));
  jarsDir = join(directory, "jars");
  fetches = join(directory, "fetches");
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(directory, { recursive: true });
});

test("jars are fetched once, also when two ask at the same time, and then taken from the folder", async () => {
  await installMaven("exit 0");

  const [first, second] = await Promise.all([fetchJars(), fetchJars()]);
  const third = await fetchJars();

  expect(basename(first.folder)).toMatch(/^\d+\.\d+\.\d+$/);
  expect([second.folder, third.folder]).toEqual([first.folder, first.folder]);
  expect((await readdir(first.folder)).sort()).toEqual(["one.jar", "two.jar"]);
  expect(await readFile(fetches, "utf8")).toBe("fetch\n");
});

test("progress is told as jars arrive", async () => {
  await installMaven("exit 0");

  const { progress } = await fetchJars();

  expect(progress.slice(1)).toEqual([
    "Kafka: 1 jars downloaded",
    "Kafka: 2 jars downloaded",
    "Kafka: all 2 jars are there",
  ]);
});

test("a fetch that fails says what Maven said and is not taken for whole", async () => {
  await installMaven('echo "[ERROR] no route to host"; exit 1');

  const refusal = fetchJars();
  await expect(refusal).rejects.toMatchObject({
    code: "kafka_fetch_failed",
    domain: "external",
    retry: true,
  });
  await expect(refusal).rejects.toThrow("no route to host");

  expect(await readdir(jarsDir)).toEqual([".lock"]);
});

test("what a killed fetch left behind is removed and fetched anew", async () => {
  await installMaven("exit 0");
  await mkdir(join(jarsDir, "unfinished-by-a-killed-run"), { recursive: true });

  const { folder } = await fetchJars();

  expect((await readdir(jarsDir)).sort()).toEqual([".lock", basename(folder)]);
});

test("without Maven the message has the command that installs it", async () => {
  vi.stubEnv("PATH", directory);

  const refusal = fetchJars();

  await expect(refusal).rejects.toMatchObject({
    code: "missing_maven",
    domain: "user",
  });
  await expect(refusal).rejects.toThrow(
    /apt install maven[^]*brew install maven/,
  );
});

async function fetchJars() {
  const progress: string[] = [];
  const folder = await ensureKafkaJars({
    jarsDir,
    onProgress: (message) => progress.push(message),
  });
  return { folder, progress };
}

/** Puts a program in Maven's place that reports and stores two jars and then ends as told. */
async function installMaven(ending: string): Promise<void> {
  const bin = join(directory, "bin");
  await mkdir(bin);
  const program = `#!/bin/sh
    [ "$1" = -v ] && exit 0
    echo fetch >> ${fetches}
    for argument; do case $argument in -DoutputDirectory=*) folder=\${argument#*=};; esac; done
    for jar in one two; do
      echo "[INFO] Downloaded from central: somewhere/$jar.pom (1 kB at 1 kB/s)"
      echo "[INFO] Downloaded from central: somewhere/$jar.jar (1 kB at 1 kB/s)"
      : > "$folder/$jar.jar"
    done
    ${ending}\n`;
  await writeFile(join(bin, "mvn"), program);
  await chmod(join(bin, "mvn"), 0o755);
  vi.stubEnv("PATH", `${bin}:${process.env.PATH}`);
}
