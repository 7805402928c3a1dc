import { writeFile } from "node:fs/promises";

import { Command, Option } from "commander";

import { parseCount } from "#compose/cli/parse-options.ts";
import { runCommand } from "#compose/cli/run-command.ts";
import { writeLine } from "#compose/cli/write-line.ts";
import { PipelineError } from "#shared/errors.ts";
import baseline from "./baseline.json" with { type: "json" };
import { listShortfalls, takeMedian } from "./compare-runs.ts";
import { describeMachine } from "./describe-machine.ts";
import { measureBacklog, type BacklogResult } from "./measure-backlog.ts";
import { locateSpark } from "./spark/home.ts";
import { installSpark } from "./spark/install-spark.ts";
import { SPARK_JOBS, type SparkJob } from "./spark/jobs.ts";

interface BenchOptions {
  readonly plays: number;
  readonly runs: number;
  readonly json?: string;
  readonly verify: boolean;
  readonly against: readonly SparkJob[];
}

/** What a first start reads from the disk and compiles is there then. */
const WARM_UP_PLAYS = 50_000;
const BASELINE_PLAYS = 1_000_000;

const command = new Command("bench")
  .description(
    "Measures how fast a backlog of plays becomes facts and closed windows, against a plain COPY of the same rows",
  )
  .option("--plays <count>", "plays in the backlog", parseCount, 1_000_000)
  .option(
    "--runs <count>",
    "the run with the median ratio is the result",
    parseCount,
    3,
  )
  .option("--json <file>", "also write the result into a file")
  .option("--verify", "also compare every row with the oracle", false)
  .addOption(
    new Option(
      "--against <job...>",
      "also let Spark work off the same topic: as the job that was replaced did, or as well as Spark can",
    )
      .choices(SPARK_JOBS)
      .default([], "neither"),
  )
  .showHelpAfterError("(--help shows the options)")
  .action(bench);
await runCommand(command);

async function bench({
  plays,
  runs,
  json,
  ...options
}: BenchOptions): Promise<void> {
  const spark = await locateSpark();
  if (options.against.length > 0) await installSpark(spark, writeLine);
  const measure = { ...options, spark };

  writeLine("Warming up");
  await measureBacklog({ ...measure, plays: WARM_UP_PLAYS, against: [] });
  const results: BacklogResult[] = [];
  for (let run = 1; run <= runs; run += 1) {
    writeLine(`Run ${run} of ${runs}`);
    results.push(await measureBacklog({ ...measure, plays }));
  }
  const result = {
    ...takeMedian(results),
    runs: results.map((run) => ({
      seconds: run.seconds,
      ratio_to_enforced_copy: run.ratio_to_enforced_copy,
      ratio_to_bare_copy: run.ratio_to_bare_copy,
    })),
    machine: describeMachine(),
    measured_at: new Date().toISOString(),
  };
  writeLine(JSON.stringify(result, null, 2));
  if (json !== undefined)
    await writeFile(json, `${JSON.stringify(result, null, 2)}\n`);
  // In a smaller backlog the functions' start weighs more than the work.
  const shortfalls =
    plays < BASELINE_PLAYS ? [] : listShortfalls(result, baseline);
  if (shortfalls.length > 0)
    throw new PipelineError(
      `Slower than the baseline (tests/bench/baseline.json): ${shortfalls.join(", ")}. Run it again on a machine that does nothing else; if it stays so, look for the change that costs it.`,
      { code: "bench_below_baseline", domain: "internal" },
    );
}
