import { execFile } from "node:child_process";
import { join } from "node:path";

import { afterAll, beforeAll, describe, expect, test } from "vitest";

import { PROJECT_ROOT } from "#compose/runner/project-root.ts";
import { withClient } from "#tests/support/with-client.ts";

import {
  createDurableDatabase,
  type DurableDatabase,
} from "./durable-database.ts";

let database: DurableDatabase;

beforeAll(async () => {
  database = await createDurableDatabase();
});

afterAll(async () => {
  await database.remove();
});

describe("npm run validate", () => {
  test("prints reports and checks, and exits with 0 when all pass", async () => {
    const { exitCode, stdout, stderr } = await runCommand([]);

    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toContain("✓ Every play refers to dimensions that exist.");
    expect(stdout).toMatch(/Rows per table\.\n┌/);
    expect(stdout).toMatch(/Checks: \d+ passed, 0 failed, 2 not checked\.\n$/);
  });

  test("prints nothing but JSON when asked, without reports when asked", async () => {
    const { exitCode, stdout } = await runCommand(["--json", "--no-reports"]);

    expect(exitCode).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ ok: true, reports: [] });
  });

  test("shows the rows of a check that fails, and exits with 1", async () => {
    // Not undone: this test comes last, and the database is this file's own.
    await withClient(database.ownerUrl, (client) =>
      client.query("update users set username = null where user_id = 2"),
    );

    const { exitCode, stdout, stderr } = await runCommand(["--no-reports"]);

    expect({ exitCode, stderr }).toEqual({ exitCode: 1, stderr: "" });
    expect(stdout).toMatch(
      /✗ No dimension row that is not deleted lacks what its topic requires\. 1 violation:\n.*\n│ dimension .*\n.*\n│ users +│ username +│ 1 /,
    );
  });
});

function runCommand(
  args: readonly string[],
): Promise<{ exitCode: number; stdout: string; stderr: string }> {
  return new Promise((resolve) => {
    // A data directory in which nothing runs: only the database of DATABASE_URL is known.
    const command = [
      "compose/cli/validate.ts",
      "--data-dir",
      join(database.dataDir, "nothing"),
      ...args,
    ];
    const env = {
      PATH: process.env.PATH,
      DATABASE_URL: database.ownerUrl,
      READER_DATABASE_URL: database.readerUrl,
    };
    execFile(
      process.execPath,
      command,
      { cwd: PROJECT_ROOT, env },
      (error, stdout, stderr) => {
        resolve({
          exitCode: typeof error?.code === "number" ? error.code : 0,
          stdout,
          stderr,
        });
      },
    );
  });
}
