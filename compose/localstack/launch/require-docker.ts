import { execFile } from "node:child_process";
import { promisify } from "node:util";

import { PipelineError } from "#shared/errors.ts";

const run = promisify(execFile);

// A daemon that is far away and gone would keep the client for minutes.
const ANSWER_TIMEOUT_MS = 20_000;

/** Throws `docker_unavailable` (user), with what Docker's client said, when no daemon answers it. */
export async function requireDocker(
  environment: Readonly<Record<string, string>>,
): Promise<void> {
  try {
    await run("docker", ["info"], {
      env: environment,
      timeout: ANSWER_TIMEOUT_MS,
    });
  } catch (cause) {
    throw new PipelineError(
      `LOCALSTACK_EXECUTOR is docker, but docker info fails (${describe(cause)}). Start Docker, or unset LOCALSTACK_EXECUTOR: LocalStack then runs without it.`,
      { code: "docker_unavailable", domain: "user", cause },
    );
  }
}

function describe(cause: unknown): string {
  if (!(cause instanceof Error)) return String(cause);
  if ("code" in cause && cause.code === "ENOENT")
    return "there is no command docker on PATH";
  if ("killed" in cause && cause.killed === true)
    return `no answer within ${ANSWER_TIMEOUT_MS / 1000} s`;
  const said = "stderr" in cause ? String(cause.stderr).trim() : "";
  // The last line is the reason.
  return said.split("\n").at(-1) || cause.message;
}
