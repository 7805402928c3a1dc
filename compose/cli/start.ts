import type { InvokerKind } from "#compose/runner/open-functions.ts";
import { reportDrained } from "#compose/runner/report-drained.ts";
import { runLive, runUntilDrained } from "#compose/runner/run-pipeline.ts";
import type { Runner } from "#compose/runner/start-runner.ts";
import { createCommand, type CommonOptions } from "./create-command.ts";
import { readEnvironment } from "./environment.ts";
import { invokerOption } from "./invoker-option.ts";
import { listenForInterruption } from "./interruption.ts";
import { durationOption, parseCount } from "./parse-options.ts";
import { runCommand } from "./run-command.ts";
import { writeLine } from "./write-line.ts";

interface StartOptions extends CommonOptions {
  readonly exitWhenDrained?: boolean;
  readonly plays: number;
  readonly past: number;
  readonly timeout: number;
  readonly invoker: InvokerKind;
}

const command = createCommand(
  "start",
  "Starts Kafka, Postgres and all functions, fills them with plays and goes on live",
)
  .option(
    "--exit-when-drained",
    "do not go live: drain, close all windows, validate, print a summary and exit",
  )
  .option(
    "--plays <count>",
    "plays that the backfill sends",
    parseCount,
    100_000,
  )
  .addOption(
    durationOption(
      "--past <duration>",
      "how far back the backfill begins",
      "3h",
    ),
  )
  .addOption(
    durationOption("--timeout <duration>", "how long draining may take", "15m"),
  )
  .addOption(invokerOption())
  .action(
    async ({
      dataDir,
      exitWhenDrained,
      plays,
      past,
      timeout,
      invoker,
    }: StartOptions) => {
      const options = {
        dataDir,
        environment: readEnvironment(),
        invokerKind: invoker,
        signal: listenForInterruption(),
        output: process.stdout,
        backfillCount: plays,
        backfillDurationMs: past,
      };
      if (exitWhenDrained === true) {
        await runUntilDrained({ ...options, timeoutMs: timeout, onDrained });
      } else await runLive(options);
      writeLine("Stopped.");
    },
  );
function onDrained(runner: Runner): Promise<void> {
  return reportDrained(runner, (text) => process.stdout.write(text));
}
await runCommand(command);
