import { mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

import { findFreePort } from "#compose/embedded/ports.ts";
import { stopStack } from "#compose/embedded/stack.ts";
import { PROJECT_ROOT } from "#compose/runner/project-root.ts";
import {
  runToEnd,
  spawnCommand,
  type CommandResult,
} from "#tests/integration/compose/cli/spawn-command.ts";

/** The project's commands on a data directory and on ports of their own. */
export interface CommandStack {
  readonly dataDir: string;
  readonly environment: Readonly<Record<string, string>>;
  run(name: string, ...args: string[]): Promise<CommandResult>;
  spawn(name: string, ...args: string[]): ReturnType<typeof spawnCommand>;
  /** Ends what is left of the servers, and removes the directory. */
  close(): Promise<void>;
}

/** A JVM start and the 10 s that Kafka waits for the members of a killed runner do not fit into the usual time-out. */
export const STACK_TIMEOUT_MS = 180_000;

/** Chooses directory and ports; nothing runs yet. Kafka is fetched by the first start, unless it is to be there. */
export async function openCommandStack({
  hasKafka = false,
} = {}): Promise<CommandStack> {
  const dataDir = await mkdtemp(join(tmpdir(), "whole-stack-"));
  if (hasKafka)
    await symlink(
      join(PROJECT_ROOT, ".data", "kafka-jars"),
      join(dataDir, "kafka-jars"),
    );
  const environment = {
    KAFKA_PORT: String(await findFreePort()),
    POSTGRES_PORT: String(await findFreePort()),
    METRICS_PORT: String(await findFreePort()),
    DASHBOARD_PORT: String(await findFreePort()),
  };
  const withArgs = (args: readonly string[]) => ({
    args: ["--data-dir", dataDir, ...args],
    environment,
  });
  return {
    dataDir,
    environment,
    run: (name, ...args) => runToEnd(name, withArgs(args)),
    spawn: (name, ...args) => spawnCommand(name, withArgs(args)),
    close: async () => {
      await stopStack({ dataDir });
      await rm(dataDir, { recursive: true });
    },
  };
}

/** Reads the plays of each metric table from what a drained start prints. */
export function readPlayCounts(summary: string): string[] {
  const rows = summary.matchAll(
    /│ \w+_metrics +│ +[\d,]+ │ +[\d,]+ │ +([\d,]+) │/g,
  );
  return [...rows].map(([, count = ""]) => count);
}
