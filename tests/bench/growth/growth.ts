import { Command, Option } from "commander";

import { parseCount } from "#compose/cli/parse-options.ts";
import { runCommand } from "#compose/cli/run-command.ts";
import { writeLine } from "#compose/cli/write-line.ts";
import { PipelineError } from "#shared/errors.ts";
import { describeMachine } from "../describe-machine.ts";
import { listShortfalls, type CaseResult } from "./judge-cases.ts";
import { measureCase } from "./measure-case.ts";
import { measureRate } from "./measure-rate.ts";
import { CASE_NAMES, planCase, type CaseName } from "./rate-cases.ts";
import { planPlainRate } from "./rate-plan.ts";
import { renderResults } from "./render-results.ts";
import { jsonOption, writeResult } from "../result-file.ts";

interface GrowthOptions {
  readonly facts: number;
  readonly plays: number;
  readonly case: readonly CaseName[];
  readonly json?: string;
}

/** What a first start reads from the disk and compiles is there then. */
const WARM_UP_PLAYS = 20_000;

const command = new Command("bench:growth")
  .description(
    "Measures what becomes of the rate as the table, the keys and the partitions grow and the micro-batches shrink",
  )
  .option(
    "--facts <count>",
    "facts in the table before the backlog",
    parseCount,
    20_000_000,
  )
  .option("--plays <count>", "plays in each backlog", parseCount, 500_000)
  .addOption(
    new Option("--case <name...>", "what is measured")
      .choices(CASE_NAMES)
      .default(CASE_NAMES, "all"),
  )
  .addOption(jsonOption())
  .showHelpAfterError("(--help shows the options)")
  .action(measureGrowth);
await runCommand(command);

async function measureGrowth({
  facts,
  plays,
  case: names,
  json,
}: GrowthOptions): Promise<void> {
  writeLine("Warming up");
  await measureRate(planPlainRate(Math.min(WARM_UP_PLAYS, plays)));
  const results: CaseResult[] = [];
  for (const name of new Set(names))
    results.push(await measureCase(name, planCase(name, { plays, facts })));
  writeLine(renderResults(results));
  const result = {
    facts,
    plays,
    cases: results,
    machine: describeMachine(),
    measured_at: new Date().toISOString(),
  };
  await writeResult(json, result);
  const shortfalls = listShortfalls(results);
  if (shortfalls.length > 0)
    throw new PipelineError(
      `Below its floor (tests/bench/growth/rate-cases.ts): ${shortfalls.join(", ")}. Run it again on a machine that does nothing else; if it stays so, look for what grows with the table.`,
      { code: "bench_below_floor", domain: "external" },
    );
}
