// Runs as a process of its own: beside the mappings, a sample would wait for whatever they encode.
import { once } from "node:events";

import { startWaitSampler } from "./sample-waits.ts";

/** What is sent to this process first; any later message ends it, and the samples are its answer. */
export interface SamplerStart {
  readonly databaseUrl: string;
}

const [start]: SamplerStart[] = await once(process, "message");
if (start === undefined)
  throw new Error("No database was named to this process.");
const sampler = await startWaitSampler(start.databaseUrl);
process.send?.("started");
await once(process, "message");
const samples = await sampler.stop();
process.send?.(samples, undefined, undefined, () => process.disconnect());
