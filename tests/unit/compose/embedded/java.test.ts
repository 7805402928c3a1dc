import { chmod, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { findJava } from "#compose/embedded/java.ts";

let home: string;

beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), "java-home-"));
  await mkdir(join(home, "bin"));
  vi.stubEnv("JAVA_HOME", home);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(home, { recursive: true });
});

test.each([
  'openjdk version "17.0.15" 2025-04-15',
  'openjdk version "21" 2023-09-19',
  'java version "25.0.1"',
])("the java of JAVA_HOME is taken when it says %s", async (version) => {
  await installJava(version);

  expect(await findJava()).toBe(join(home, "bin", "java"));
});

test.each([
  ['openjdk version "11.0.2" 2019-01-15', "is version 11"],
  ['java version "1.8.0_402"', "is version 8"],
])(
  "%s is too old, and the message has the commands that install a newer one",
  async (version, found) => {
    await installJava(version);

    const refusal = findJava();

    await expect(refusal).rejects.toMatchObject({
      code: "missing_jdk",
      domain: "user",
    });
    await expect(refusal).rejects.toThrow(
      new RegExp(`${found}[^]*apt install[^]*brew install`),
    );
  },
);

test("no java at all is refused alike", async () => {
  await expect(findJava()).rejects.toMatchObject({
    code: "missing_jdk",
    domain: "user",
  });
});

async function installJava(version: string): Promise<void> {
  const java = join(home, "bin", "java");
  await writeFile(
    java,
    `#!/bin/sh\ncat >&2 <<'VERSION'\n${version}\nVERSION\n`,
  );
  await chmod(java, 0o755);
}
