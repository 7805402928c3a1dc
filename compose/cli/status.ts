import { setTimeout as delay } from "node:timers/promises";

import {
  addConnections,
  loadDeclaration,
} from "#compose/runner/load-declaration.ts";
import { createRateMeter } from "#compose/runner/rate-meter.ts";
import { readRunnerCounts } from "#compose/runner/read-runner-counts.ts";
import { renderRunner } from "#compose/runner/render-runner.ts";
import { renderStatusTables } from "#compose/runner/render-status.ts";
import { openStatusReader } from "#compose/runner/status-reader.ts";
import { readConfig } from "#shared/config.ts";
import { createCommand, type CommonOptions } from "./create-command.ts";
import { readEnvironment } from "./environment.ts";
import { findConnections } from "./find-connections.ts";
import { runCommand } from "./run-command.ts";
import { writeLine } from "./write-line.ts";

const RATE_SPAN_MS = 1000;

const command = createCommand(
  "status",
  "Shows lag, watermark, windows, what became of the plays, and what the runner does",
)
  .option("--json", "print JSON")
  .action(
    async ({ dataDir, json }: CommonOptions & { readonly json?: boolean }) => {
      const environment = readEnvironment();
      const connections = await findConnections(
        dataDir,
        readConfig([], environment),
      );
      const reader = openStatusReader(
        await loadDeclaration(addConnections(environment, connections)),
        connections,
      );
      try {
        const meter = createRateMeter();
        meter.measure(await reader.read());
        await delay(RATE_SPAN_MS);
        const [status, runner] = await Promise.all([
          reader.read(),
          readRunnerCounts(dataDir),
        ]);
        const playsPerSecond = meter.measure(status);
        const text =
          json === true
            ? JSON.stringify({ ...status, playsPerSecond, runner }, null, 2)
            : `${renderStatusTables({ status, playsPerSecond })}\n${renderRunner(runner)}`;
        writeLine(text);
      } finally {
        await reader.close();
      }
    },
  );
await runCommand(command);
