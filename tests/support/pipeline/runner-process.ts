// Started by start-runner-process.ts as a process of its own, to be killed: a pipeline with the settings that come as
// a line of JSON (they hold passwords, so they are no arguments). It ends when its standard input does.
import { createInterface } from "node:readline";

import { startPipeline, type PipelineSettings } from "./start-pipeline.ts";

const lines = createInterface({ input: process.stdin });
lines.once("line", (line) => {
  const settings: PipelineSettings = JSON.parse(line);
  void startPipeline(settings);
});
lines.once("close", () => process.exit());
