import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";

import { PROJECT_ROOT } from "#compose/runner/project-root.ts";
import {
  packageTemplate,
  type Template,
} from "#tests/support/cloudformation/package-template.ts";

const LINTER = join(PROJECT_ROOT, ".data", "cfn-lint");
const INSTALL_TIMEOUT_MS = 5 * 60_000;

// W3005: osls says that a function depends on its role, which follows from the role's reference, too.
const IGNORED = ["--ignore-checks", "W3005"];

let folder = "";
let packaged: { readonly template: Template; readonly path: string };
beforeAll(async () => {
  const install = join(PROJECT_ROOT, "compose/serverless/cfn-lint/install.sh");
  const { exitCode, output } = await execute(install, [LINTER]);
  if (exitCode !== 0) throw new Error(`cfn-lint is not installed: ${output}`);
  folder = await mkdtemp(join(tmpdir(), "cloudformation-"));
  packaged = await packageTemplate(folder);
}, INSTALL_TIMEOUT_MS);
afterAll(() => rm(folder, { recursive: true }));

interface Execution {
  readonly exitCode: number;
  readonly output: string;
}

function execute(file: string, args: readonly string[]): Promise<Execution> {
  return new Promise((resolve) => {
    execFile(file, args, (error, stdout, stderr) => {
      const exitCode = typeof error?.code === "number" ? error.code : 0;
      resolve({
        exitCode: error === null ? 0 : exitCode || 1,
        output: stdout + stderr,
      });
    });
  });
}

const lint = (path: string) =>
  execute(join(LINTER, "bin", "cfn-lint"), [...IGNORED, "--", path]);

test("cfn-lint accepts what npx serverless package writes, without a warning", async () => {
  await expect(lint(packaged.path)).resolves.toEqual({
    exitCode: 0,
    output: "",
  });
});

test.each([
  [
    "a runtime that Lambda does not have",
    "ProduceDashbatchLambdaFunction",
    { Runtime: "nodejs25.x" },
    "'nodejs25.x' is not one of",
  ],
  [
    "a reference to nothing",
    "ProduceDashbatchLambdaFunction",
    { Role: { Ref: "NoSuchRole" } },
    "NoSuchRole",
  ],
  [
    "a property that a mapping does not have",
    "StreamEventsMapping",
    { BatchSiz: 1 },
    "BatchSiz",
  ],
])("cfn-lint refuses %s", async (_, id, properties, finding) => {
  const copy = structuredClone(packaged.template);
  Object.assign(copy.Resources[id]?.Properties ?? {}, properties);
  const path = join(folder, "planted.json");
  await writeFile(path, JSON.stringify(copy));

  const { exitCode, output } = await lint(path);

  expect(exitCode).not.toBe(0);
  expect(output).toContain(finding);
});
