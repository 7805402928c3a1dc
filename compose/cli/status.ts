import { setTimeout as delay } from "node:timers/promises";

import {
  addConnections,
  loadDeclaration,
} from "#compose/runner/load-declaration.ts";
import { createRateMeter } from "#compose/runner/rate-meter.ts";
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
  "Shows lag, watermark, windows and what became of the plays",
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
        const status = await reader.read();
        const playsPerSecond = meter.measure(status);
        const text =
          json === true
            ? JSON.stringify({ ...status, playsPerSecond }, undefined, 2)
            : renderStatusTables({ status, playsPerSecond });
        writeLine(text);
      } finally {
        await reader.close();
      }
    },
  );
await runCommand(command);
