import { Command, Option } from "commander";

import { parseCount, parseSeed } from "#compose/cli/parse-options.ts";
import { listenForInterruption } from "#compose/cli/interruption.ts";
import { runCommand } from "#compose/cli/run-command.ts";
import { writeLine } from "#compose/cli/write-line.ts";
import { drawActions, type Action } from "./actions.ts";
import { runActions, type SoakResult } from "./run-actions.ts";
import { shrinkActions } from "./shrink-actions.ts";

interface SoakCommandOptions {
  readonly seed: number;
  readonly minutes: number;
  readonly actions?: number;
  readonly shrinkMinutes: number;
}

const SEEDS = 2 ** 32;
const MINUTE_MS = 60_000;

const command = new Command("soak")
  .description(
    "Runs the pipeline under a random mixture of faults, and checks the invariants after each calm period",
  )
  .addOption(
    new Option("--seed <number>", "draws the same sequence again")
      .argParser(parseSeed)
      .default(Math.floor(Math.random() * SEEDS), "another one in every run"),
  )
  .option("--minutes <count>", "begin no action after", parseCount, 5)
  .addOption(
    new Option("--actions <count>", "so many actions instead")
      .argParser(parseCount)
      .conflicts("minutes"),
  )
  .option(
    "--shrink-minutes <count>",
    "how long a failing sequence may be shrunk",
    parseCount,
    20,
  )
  .showHelpAfterError("(--help shows the options)")
  .action(soak);
await runCommand(command);

async function soak({
  seed,
  minutes,
  actions: count = Infinity,
  shrinkMinutes,
}: SoakCommandOptions): Promise<void> {
  writeLine(`seed ${seed}`);
  // Ends the sequence with a last calm period, and takes the servers down.
  const interruption = listenForInterruption();
  const isInterrupted = () => interruption.aborted;
  const isInTime = count === Infinity ? limitTime(minutes) : () => true;
  const hasTime = () => isInTime() && !isInterrupted();
  const result = await runActions(takeActions(drawActions(seed), count), {
    hasTime,
    onAction: showAction,
  });
  showResult(result);
  if (result.violations.length === 0) return;
  process.exitCode = 1;
  if (isInterrupted()) return;
  writeLine(
    `Again: npm run soak -- --seed ${seed} --actions ${result.actions.length}`,
  );
  writeLine("Shrinking, by leaving actions out");
  const isInShrinkTime = limitTime(shrinkMinutes);
  const mayShrink = () => isInShrinkTime() && !isInterrupted();
  const shrunk = await shrinkActions(
    result.actions,
    async (actions) => {
      const { violations } = await runActions(actions);
      writeLine(
        `${actions.length} actions ${violations.length > 0 ? "fail" : "pass"}`,
      );
      return violations.length > 0;
    },
    mayShrink,
  );
  writeLine(
    `What fails still:\n${shrunk.map((action) => JSON.stringify(action)).join("\n")}`,
  );
}

function* takeActions(
  actions: Iterable<Action>,
  count: number,
): Generator<Action> {
  let left = count;
  for (const action of actions) {
    if (left <= 0) return;
    left -= 1;
    yield action;
  }
}

function limitTime(minutes: number): () => boolean {
  const endMs = performance.now() + minutes * MINUTE_MS;
  return () => performance.now() < endMs;
}

function showAction({ kind, ...details }: Action, seconds: number): void {
  const parameters = Object.entries(details)
    .map(([name, value]) => `${name}=${value}`)
    .join(" ");
  const time = new Date().toISOString().slice("2026-01-01T".length, -1);
  writeLine(`${time} ${kind} ${parameters} (${seconds.toFixed(1)} s)`);
}

function showResult({ counts, totals, violations }: SoakResult): void {
  writeLine(`done: ${JSON.stringify(counts)}`);
  writeLine(`database: ${JSON.stringify(totals)}`);
  writeLine(
    violations.length === 0
      ? "Everything holds."
      : `What does not hold:\n${violations.join("\n")}`,
  );
}
