import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import { Command } from "commander";

import { parseCount } from "#compose/cli/parse-options.ts";
import { runCommand } from "#compose/cli/run-command.ts";
import { writeLine } from "#compose/cli/write-line.ts";
import { waitUntil } from "#compose/embedded/wait-until.ts";
import { createCleanups } from "#compose/runner/cleanups.ts";
import { describeRest } from "#compose/runner/drain.ts";
import { PipelineError } from "#shared/errors.ts";
import {
  startPipeline,
  type Pipeline,
} from "#tests/support/pipeline/start-pipeline.ts";
import { startServers } from "#tests/support/pipeline/start-servers.ts";
import { describeMachine } from "./describe-machine.ts";
import { describeUse } from "./describe-use.ts";
import { planDrainTimeout } from "./drain-timeout.ts";
import { startProcessMeter } from "./measure-processes.ts";
import { writeBack } from "./measure-writes.ts";
import { planLoads } from "./plan-loads.ts";
import { publishCatalogue } from "./publish-backlog.ts";
import { readDelays } from "./read-delays.ts";
import { storeRecordTimes } from "./record-times.ts";
import type { SteadyLoad } from "./send-steadily.ts";
import {
  listSlowViews,
  type QueryTimes,
  watchLiveViews,
} from "./watch-live-views.ts";
import { jsonOption, writeResult } from "./result-file.ts";

interface LatencyOptions {
  readonly rate: number;
  readonly seconds: number;
  readonly speed: number;
  readonly preload?: number;
  readonly json?: string;
}

/** A dashboard that is refreshed while one looks at it. */
const LIVE_VIEW_LIMIT_MS = 150;

const command = new Command("bench:latency")
  .description(
    "Measures how long plays take from Kafka to the live views at a steady rate, and windows from the watermark to their publication",
  )
  .option("--rate <count>", "plays a second", parseCount, 1000)
  .option("--seconds <count>", "how long", parseCount, 120)
  .option(
    "--speed <count>",
    "event time that passes in a second, in seconds: faster, and windows close sooner",
    parseCount,
    30,
  )
  .option(
    "--preload <plays>",
    "work off so many plays before, which the same rate would have brought until then",
    parseCount,
  )
  .addOption(jsonOption())
  .showHelpAfterError("(--help shows the options)")
  .action(measureLatency);
await runCommand(command);

async function measureLatency({
  rate,
  seconds,
  speed,
  preload = 0,
  json,
}: LatencyOptions): Promise<void> {
  const cleanups = createCleanups();
  const interrupt = () => void cleanups.run().finally(() => process.exit(130));
  process.once("SIGINT", interrupt).once("SIGTERM", interrupt);
  try {
    writeLine("Starting Kafka and Postgres in a temporary directory");
    // Each fact then says when it could be seen.
    const servers = await startServers({
      postgresSettings: { track_commit_timestamp: "on" },
    });
    cleanups.add(() => servers.stop());
    const { owner, reader } = servers.connections.databaseUrls;
    const bootstrapServers =
      servers.connections.kafkaBootstrapServers.split(",");
    await publishCatalogue(bootstrapServers);
    const pipeline = await startPipeline({
      ...servers,
      environments: "declared",
    });
    cleanups.add(() => pipeline.stop());
    await pipeline.untilConsumed();

    const loads = planLoads({
      playsPerSecond: rate,
      seconds,
      speed,
      preloadedPlays: preload,
    });
    if (loads.preload !== undefined) {
      writeLine(`Working off ${preload.toLocaleString("en-US")} plays before`);
      await send({ bootstrapServers, event: loads.preload });
      await untilWorkedOff(pipeline, preload);
      // An hour at this rate would not have left so much to be written.
      await writeBack(servers);
    }

    writeLine(`Sending ${rate} plays a second for ${seconds} s`);
    const meter = await startProcessMeter(servers.dataDir);
    const views = await watchLiveViews(reader);
    const sentFromMs = Date.now();
    await send({
      bootstrapServers,
      playsPerSecond: rate,
      event: loads.steady,
    });
    const liveViews = await views.stop();
    const use = await meter.stop();
    await pipeline.untilConsumed();
    const { count, from } = loads.steady;
    await refuseLatePlays(pipeline);
    await storeRecordTimes(bootstrapServers, owner, {
      takenFromMs: sentFromMs,
      count,
    });
    const delays = await readDelays(owner, from);
    if (delays.play_to_live_view_ms.count !== count)
      throw new Error(
        `No latency is given: ${count} plays were sent, and ${delays.play_to_live_view_ms.count} are facts.`,
      );
    const result = {
      plays_per_second: rate,
      seconds,
      preloaded_plays: preload,
      ...delays,
      live_view_query_ms: liveViews,
      ...describeUse(use),
      machine: describeMachine(),
      measured_at: new Date().toISOString(),
    };
    writeLine(JSON.stringify(result, null, 2));
    await writeResult(json, result);
    refuseSlowViews(liveViews);
  } finally {
    await cleanups.run();
  }
}

async function send(load: SteadyLoad): Promise<void> {
  const sender = fork(
    fileURLToPath(new URL("send-steadily.ts", import.meta.url)),
  );
  sender.send(load);
  const [code] = await once(sender, "exit");
  if (code !== 0)
    throw new Error("The plays could not be sent; the reason is above.");
}

/** Waits until the plays are facts and what they have closed is published. */
async function untilWorkedOff(
  pipeline: Pipeline,
  playCount: number,
): Promise<void> {
  const timeoutMs = planDrainTimeout(playCount);
  let rest: readonly string[] = [];
  const isWorkedOff = await waitUntil(async () => {
    rest = describeRest(await pipeline.readStatus(), false);
    return rest.length === 0;
  }, timeoutMs);
  if (!isWorkedOff)
    throw new Error(
      `No latency is given: the plays before are not worked off after ${timeoutMs / 1000} s: ${rest.join(", ")}.`,
    );
}

/** A window that closed too early would make the latency of others look better. */
async function refuseLatePlays(pipeline: Pipeline): Promise<void> {
  const { plays } = await pipeline.readStatus();
  if (plays.late > 0)
    throw new Error(
      `No latency is given: ${plays.late} plays were late, expected none.`,
    );
}

/** Throws `bench_live_view_slow` (external). */
function refuseSlowViews(times: Readonly<Record<string, QueryTimes>>): void {
  const slow = listSlowViews(times, LIVE_VIEW_LIMIT_MS);
  if (slow.length > 0)
    throw new PipelineError(
      `Live views are too slow for a dashboard: ${slow.join(", ")}. Run it again on a machine that does nothing else; if it stays so, look at the view's plan.`,
      { code: "bench_live_view_slow", domain: "external" },
    );
}
