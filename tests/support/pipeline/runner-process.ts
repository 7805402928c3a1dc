// Started by start-runner-process.ts as a process of its own, to be killed: a pipeline with the settings that come as
// a line of JSON (they hold passwords, so they are no arguments). It ends when its standard input does.
import { createInterface } from "node:readline";

import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { holdInvocations } from "./hold-invocations.ts";
import { drawMishaps, injectChaos } from "./inject-chaos.ts";
import type { RunnerSettings, RunnerWork } from "./runner-work.ts";
import { startPipeline } from "./start-pipeline.ts";

// Short, so that a test sees the work while it goes on.
const REPORT_INTERVAL_MS = 20;

// A terminal's Ctrl-C is its parent's to take, which then lets this one end.
process.on("SIGINT", () => undefined);

const lines = createInterface({ input: process.stdin });
lines.once("line", (line) => {
  const settings: RunnerSettings = JSON.parse(line);
  void run(settings);
});
lines.once("close", () => process.exit());

async function run({ mishaps, ...settings }: RunnerSettings): Promise<void> {
  if (mishaps === undefined) {
    const pipeline = await startPipeline(settings);
    process.on("message", (message) => {
      if (message === "stop") void pipeline.stop().then(() => process.exit());
    });
    return;
  }
  const chaos = injectChaos(mishaps);
  const holding = holdInvocations(mishaps.functionName, drawMishaps(mishaps));
  process.on("message", (message) => {
    if (message === "hold") holding.hold();
  });
  const { mappings } = await startPipeline({
    ...settings,
    wrapInvoker: (invoker) => holding.wrap(chaos.wrap(invoker)),
  });
  const plays = mappings.find(({ topic }) => topic === STREAM_EVENTS_TOPIC);
  setInterval(() => {
    const work: RunnerWork = {
      heldCount: holding.heldCount(),
      answeredCount: holding.answeredCount(),
      lag: plays?.counters().SumOffsetLag ?? 0,
      mishaps: chaos.counts(),
    };
    process.send?.(work);
  }, REPORT_INTERVAL_MS);
}
