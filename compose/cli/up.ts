import { once } from "node:events";
import { join } from "node:path";

import type { InvokerKind } from "#compose/runner/open-functions.ts";
import { startRunner } from "#compose/runner/start-runner.ts";
import { createCommand, type CommonOptions } from "./create-command.ts";
import { readEnvironment } from "./environment.ts";
import { invokerOption } from "./invoker-option.ts";
import { listenForInterruption } from "./interruption.ts";
import { runCommand } from "./run-command.ts";
import { writeLine } from "./write-line.ts";

interface UpOptions extends CommonOptions {
  readonly invoker: InvokerKind;
}

const command = createCommand(
  "up",
  "Starts Kafka, Postgres and all functions but the producer; stays until Ctrl-C or npm run down",
)
  .addOption(invokerOption())
  .action(async ({ dataDir, invoker }: UpOptions) => {
    const signal = listenForInterruption();
    const runner = await startRunner({
      dataDir,
      environment: readEnvironment(),
      invokerKind: invoker,
      onProgress: writeLine,
      signal,
    });
    if (runner.dashboardsUrl !== undefined)
      writeLine(`Dashboards: ${runner.dashboardsUrl}`);
    writeLine(
      `ready: connection settings are in ${join(dataDir, "connection.env")}`,
    );
    if (!signal.aborted) await once(signal, "abort");
    writeLine("Stopping: micro-batches, commits, Postgres, Kafka");
    await runner.stop();
    writeLine("Stopped.");
  });
await runCommand(command);
