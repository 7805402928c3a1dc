import { Command } from "commander";

import { parseCount } from "#compose/cli/parse-options.ts";
import { runCommand } from "#compose/cli/run-command.ts";
import { writeLine } from "#compose/cli/write-line.ts";
import { DASHBOARD_NAMES, PERIODS } from "#shared/domain/dashboards/answer.ts";
import { PipelineError } from "#shared/errors.ts";

import { describeMachine } from "../describe-machine.ts";
import { withServers } from "../growth/with-servers.ts";
import { jsonOption, writeResult } from "../result-file.ts";
import { fillDay } from "./fill-day.ts";
import { judgeAnswers, renderAnswers } from "./judge-answers.ts";
import { timeAnswers } from "./time-answers.ts";

interface DashboardOptions {
  readonly plays: number;
  readonly requests: number;
  readonly json?: string;
}

const command = new Command("bench:dashboard")
  .description(
    "Measures how long each tab's answer takes over a day of plays that is nearly over: its last windows are open",
  )
  .option("--plays <count>", "plays of the day", parseCount, 10_000_000)
  .option("--requests <count>", "requests per tab and period", parseCount, 15)
  .addOption(jsonOption())
  .showHelpAfterError("(--help shows the options)")
  .action(measureDashboard);
await runCommand(command);

async function measureDashboard({
  plays,
  requests,
  json,
}: DashboardOptions): Promise<void> {
  const answers = await withServers(async (servers, cleanups) => {
    const until = await fillDay(servers, cleanups, plays);
    writeLine("Asking for every tab");
    const questions = DASHBOARD_NAMES.flatMap((dashboard) =>
      PERIODS.map((period) => ({ dashboard, period, until })),
    );
    return timeAnswers(servers, questions, requests);
  });
  writeLine(renderAnswers(answers));
  await writeResult(json, {
    plays,
    answers,
    machine: describeMachine(),
    measured_at: new Date().toISOString(),
  });
  const shortfalls = judgeAnswers(answers);
  if (shortfalls.length > 0)
    throw new PipelineError(
      `Slower than a page may be: ${shortfalls.join("; ")}. Run it again on a machine that does nothing else; if it stays so, look at the plan of the tab's statements.`,
      { code: "bench_below_floor", domain: "external" },
    );
}
