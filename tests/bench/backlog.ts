import { Command, Option } from "commander";

import { parseCount } from "#compose/cli/parse-options.ts";
import { runCommand } from "#compose/cli/run-command.ts";
import { writeLine } from "#compose/cli/write-line.ts";
import { PipelineError } from "#shared/errors.ts";
import baseline from "./baseline.json" with { type: "json" };
import { listShortfalls, takeMedian } from "./compare-runs.ts";
import { describeMachine } from "./describe-machine.ts";
import { measureBacklog, type BacklogResult } from "./measure-backlog.ts";
import { readMemoryGroup } from "./memory-limit/memory-group.ts";
import { parseMemorySize } from "./memory-limit/parse-memory-size.ts";
import { runLimited } from "./memory-limit/run-limited.ts";
import { renderResult, type BenchResult } from "./render-result.ts";
import { locateSpark } from "./spark/home.ts";
import { installSpark } from "./spark/install-spark.ts";
import { SPARK_JOBS, type SparkJob } from "./spark/jobs.ts";
import { jsonOption, writeResult } from "./result-file.ts";

interface BenchOptions {
  readonly plays: number;
  readonly runs: number;
  readonly json?: string;
  readonly verify: boolean;
  readonly copy: boolean;
  readonly against: readonly SparkJob[];
  /** Execution environments, in place of serverless.yml's. */
  readonly environments?: number;
  /** Bytes. */
  readonly memoryLimit?: number;
  /** The directory of the group that the limit is for; this process is in it then. */
  readonly memoryGroup?: string;
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
  .addOption(jsonOption("also write everything that was measured into a file"))
  .option("--verify", "also compare every row with the oracle", false)
  .option(
    "--no-copy",
    "leave out the COPY of the same rows, its ratios and their floors",
  )
  .option(
    "--environments <count>",
    "execution environments, in place of serverless.yml's",
    parseCount,
  )
  .addOption(
    new Option(
      "--against <job...>",
      "also let Spark work off the same topic: as the job that was replaced did, or as well as Spark can",
    )
      .choices(SPARK_JOBS)
      .default([], "neither"),
  )
  .option(
    "--memory-limit <size>",
    "give this process and the servers so much memory together, such as 2g (Linux, cgroup v2, root)",
    parseMemorySize,
  )
  .addOption(new Option("--memory-group <directory>").hideHelp())
  .showHelpAfterError("(--help shows the options)")
  .action(bench);
await runCommand(command);

async function bench(options: BenchOptions): Promise<void> {
  const { memoryLimit, memoryGroup, json } = options;
  if (memoryLimit !== undefined && memoryGroup === undefined) {
    process.exitCode = await runLimited(memoryLimit);
    return;
  }
  const result = await measureRuns(options);
  writeLine(renderResult(result, baseline));
  await writeResult(json, result);
  refuseShortfalls(result);
}

async function measureRuns({
  plays,
  runs,
  verify,
  copy,
  against,
  environments,
  memoryGroup,
}: BenchOptions): Promise<BenchResult> {
  const spark = await locateSpark();
  if (against.length > 0) await installSpark(spark, writeLine);
  const measure = { verify, copy, against, environments, spark };

  writeLine("Warming up");
  await measureBacklog({ ...measure, plays: WARM_UP_PLAYS, against: [] });
  const results: BacklogResult[] = [];
  for (let run = 1; run <= runs; run += 1) {
    writeLine(`Run ${run} of ${runs}`);
    results.push(await measureBacklog({ ...measure, plays }));
  }
  return {
    ...takeMedian(results),
    runs: results,
    memory_limit:
      memoryGroup === undefined ? null : await readMemoryGroup(memoryGroup),
    machine: describeMachine(),
    measured_at: new Date().toISOString(),
  };
}

/** Throws `bench_below_baseline` (external). */
function refuseShortfalls(result: BenchResult): void {
  // In a smaller backlog the functions' start weighs more than the work.
  const shortfalls =
    result.plays < BASELINE_PLAYS ? [] : listShortfalls(result, baseline);
  if (shortfalls.length > 0)
    throw new PipelineError(
      `Slower than the baseline (tests/bench/baseline.json): ${shortfalls.join(", ")}. Run it again on a machine that does nothing else; if it stays so, look for the change that costs it.`,
      { code: "bench_below_baseline", domain: "external" },
    );
}
