import { Command } from "commander";

import { parseCount } from "#compose/cli/parse-options.ts";
import { runCommand } from "#compose/cli/run-command.ts";
import { writeLine } from "#compose/cli/write-line.ts";
import { PipelineError } from "#shared/errors.ts";
import { describeMachine } from "../describe-machine.ts";
import { measureRate, type Watch } from "../growth/measure-rate.ts";
import { planPlainRate } from "../growth/rate-plan.ts";
import { openObserver } from "../open-observer.ts";
import { classifyWaits } from "./classify-waits.ts";
import { forkWaitSampler } from "./fork-sampler.ts";
import { listFaults } from "./judge-waits.ts";
import { renderScale } from "./render-scale.ts";
import type { WaitSample } from "./wait-sample.ts";
import { jsonOption, writeResult } from "../result-file.ts";

interface ScaleOptions {
  readonly plays: number;
  readonly json?: string;
}

/** What a first start reads from the disk and compiles is there then. */
const WARM_UP_PLAYS = 20_000;

const command = new Command("bench:scale")
  .description(
    "Measures the rate with one and with two execution environments, and who waits for whose locks meanwhile",
  )
  .option("--plays <count>", "plays in each backlog", parseCount, 500_000)
  .addOption(jsonOption())
  .showHelpAfterError("(--help shows the options)")
  .action(measureScale);
await runCommand(command);

async function measureScale({ plays, json }: ScaleOptions): Promise<void> {
  writeLine("Warming up");
  await measureRate(planPlainRate(Math.min(WARM_UP_PLAYS, plays)));
  const plan = planPlainRate(plays);
  writeLine("One execution environment");
  const one = await watchRate({ ...plan, environments: 1 });
  writeLine("Two execution environments");
  const two = await watchRate({ ...plan, environments: 2 });
  writeLine(
    renderScale(
      { one: one.rate.plays_per_second, two: two.rate.plays_per_second },
      two.waits,
    ),
  );
  const result = {
    plays,
    ratio_of_two_to_one:
      Math.floor(
        (two.rate.plays_per_second / one.rate.plays_per_second) * 1000,
      ) / 1000,
    one_environment: one,
    two_environments: two,
    machine: describeMachine(),
    measured_at: new Date().toISOString(),
  };
  await writeResult(json, result);
  const faults = listFaults(two.waits);
  if (faults.length > 0)
    throw new PipelineError(
      `Two execution environments hold each other up: ${faults.join("; ")}. The statements with their samples are in --json FILE.`,
      { code: "bench_waits", domain: "external" },
    );
}

/** Both are watched, so that sampling costs both the same. */
async function watchRate(plan: Parameters<typeof measureRate>[0]) {
  let samples: readonly WaitSample[] = [];
  const watch: Watch = async (servers) => {
    const sampler = await forkWaitSampler(await openObserver(servers));
    return async () => {
      samples = await sampler.stop();
    };
  };
  const rate = await measureRate(plan, watch);
  return { rate, waits: classifyWaits(samples) };
}
