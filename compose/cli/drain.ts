import { systemClock } from "#compose/event-source-mapping/clock.ts";
import { createCleanups } from "#compose/runner/cleanups.ts";
import { drain } from "#compose/runner/drain.ts";
import {
  addConnections,
  loadDeclaration,
} from "#compose/runner/load-declaration.ts";
import { openInvoker } from "#compose/runner/open-invoker.ts";
import { openStatusReader } from "#compose/runner/status-reader.ts";
import { readConfig } from "#shared/config.ts";
import { createCommand, type CommonOptions } from "./create-command.ts";
import { readEnvironment } from "./environment.ts";
import { findConnections } from "./find-connections.ts";
import { listenForInterruption } from "./interruption.ts";
import { durationOption } from "./parse-options.ts";
import { runCommand } from "./run-command.ts";

interface DrainCommandOptions extends CommonOptions {
  readonly closeWindows?: boolean;
  readonly timeout: number;
}

const command = createCommand(
  "drain",
  "Waits until every topic is consumed and every window due is published",
)
  .option("--close-windows", "also close all windows that are open")
  .addOption(
    durationOption("--timeout <duration>", "how long it may take", "5m"),
  )
  .action(
    async ({ dataDir, closeWindows = false, timeout }: DrainCommandOptions) => {
      const environment = readEnvironment();
      const connections = await findConnections(
        dataDir,
        readConfig([], environment),
      );
      const declaration = await loadDeclaration(
        addConnections(environment, connections),
      );
      const cleanups = createCleanups();
      try {
        const reader = openStatusReader(declaration, connections);
        cleanups.add(() => reader.close());
        const invoker = openInvoker(declaration, dataDir);
        cleanups.add(() => invoker.stop());
        await drain({
          invoker,
          clock: systemClock,
          readStatus: () => reader.read(),
          closesOpenWindows: closeWindows,
          timeoutMs: timeout,
          signal: listenForInterruption(),
        });
      } finally {
        await cleanups.run();
      }
      process.stdout.write(
        closeWindows ? "Drained, all windows closed.\n" : "Drained.\n",
      );
    },
  );
await runCommand(command);
