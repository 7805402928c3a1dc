import { spawn } from "node:child_process";
import { delimiter } from "node:path";

import { PROJECT_ROOT } from "#compose/runner/project-root.ts";

/** What became of a command. */
export interface ServerlessResult {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs `npx serverless …` as somebody would at a terminal, whose own Node may be another than the project's. */
export function runServerless(
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<ServerlessResult> {
  const child = spawn("npx", ["--no-install", "serverless", ...args], {
    cwd: PROJECT_ROOT,
    env: {
      // npm scripts put the project's own commands, its Node among them, in front.
      PATH: (process.env["PATH"] ?? "")
        .split(delimiter)
        .filter((folder) => !folder.includes("node_modules"))
        .join(delimiter),
      HOME: process.env["HOME"] ?? "",
      SLS_NOTIFICATIONS_MODE: "off",
      ...environment,
    },
    stdio: ["ignore", "pipe", "pipe"],
  });
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"] as const) {
    child[stream].setEncoding("utf8").on("data", (chunk: string) => {
      output[stream] += chunk;
    });
  }
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (exitCode) => resolve({ exitCode, ...output }));
  });
}
