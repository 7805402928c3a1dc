import { execFile } from "node:child_process";
import { join } from "node:path";

import { PROJECT_ROOT } from "#compose/runner/project-root.ts";

const COMMAND = join(PROJECT_ROOT, "compose", "cli", "superset.ts");

export interface SupersetResult {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Where the Superset of this run is. */
export interface SupersetPlace {
  readonly dataDir: string;
  readonly port: number;
}

/** Runs `npm run superset -- <args>` to its end. */
export function runSuperset(
  { dataDir, port }: SupersetPlace,
  ...args: readonly string[]
): Promise<SupersetResult> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      [
        "--disable-warning=TimeoutNegativeWarning",
        COMMAND,
        ...args,
        "--data-dir",
        dataDir,
      ],
      { env: { ...process.env, SUPERSET_PORT: String(port) } },
      (error, stdout, stderr) => {
        const exitCode = typeof error?.code === "number" ? error.code : 0;
        resolve({
          exitCode: error !== null && exitCode === 0 ? -1 : exitCode,
          stdout,
          stderr,
        });
      },
    );
  });
}
