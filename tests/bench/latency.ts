import { fork } from "node:child_process";
import { once } from "node:events";
import { writeFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";

import { Command } from "commander";

import { parseCount } from "#compose/cli/parse-options.ts";
import { runCommand } from "#compose/cli/run-command.ts";
import { writeLine } from "#compose/cli/write-line.ts";
import { createCleanups } from "#compose/runner/cleanups.ts";
import { startPipeline } from "#tests/support/pipeline/start-pipeline.ts";
import { startServers } from "#tests/support/pipeline/start-servers.ts";
import { describeMachine } from "./describe-machine.ts";
import { startProcessMeter } from "./measure-processes.ts";
import { BENCH_SIZES, publishCatalogue } from "./publish-backlog.ts";
import { readDelays } from "./read-delays.ts";
import { storeRecordTimes } from "./record-times.ts";
import type { SteadyLoad } from "./send-steadily.ts";
import { watchLiveViews } from "./watch-live-views.ts";

interface LatencyOptions {
  readonly rate: number;
  readonly seconds: number;
  readonly speed: number;
  readonly json?: string;
}

const FROM_MS = Date.UTC(2026, 2, 1);
const SEED = 1;

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
  .option("--json <file>", "also write the result into a file")
  .showHelpAfterError("(--help shows the options)")
  .action(measureLatency);
await runCommand(command);

async function measureLatency({
  rate,
  seconds,
  speed,
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
    const pipeline = await startPipeline(servers);
    cleanups.add(() => pipeline.stop());
    await pipeline.untilConsumed();

    const count = rate * seconds;
    writeLine(`Sending ${rate} plays a second for ${seconds} s`);
    const meter = await startProcessMeter(servers.dataDir);
    const views = await watchLiveViews(reader);
    await sendSteadily({
      bootstrapServers,
      playsPerSecond: rate,
      event: {
        from: new Date(FROM_MS).toISOString(),
        to: new Date(FROM_MS + seconds * speed * 1000).toISOString(),
        count,
        seed: SEED,
        catalogue: BENCH_SIZES,
      },
    });
    const liveViews = await views.stop();
    const use = await meter.stop();
    await pipeline.untilConsumed();
    await storeRecordTimes(bootstrapServers, owner, count);
    const delays = await readDelays(owner);
    if (delays.play_to_live_view_ms.count !== count)
      throw new Error(
        `No latency is given: ${count} plays were sent, and ${delays.play_to_live_view_ms.count} are facts.`,
      );
    const result = {
      plays_per_second: rate,
      seconds,
      ...delays,
      live_view_query_ms: liveViews,
      resident_by_process_mb: use?.residentByPartMb ?? null,
      cpu_seconds_by_process: use?.cpuSecondsByPart ?? null,
      machine: describeMachine(),
      measured_at: new Date().toISOString(),
    };
    writeLine(JSON.stringify(result, null, 2));
    if (json !== undefined)
      await writeFile(json, `${JSON.stringify(result, null, 2)}\n`);
  } finally {
    await cleanups.run();
  }
}

async function sendSteadily(load: SteadyLoad): Promise<void> {
  const sender = fork(
    fileURLToPath(new URL("send-steadily.ts", import.meta.url)),
  );
  sender.send(load);
  const [code] = await once(sender, "exit");
  if (code !== 0)
    throw new Error("The plays could not be sent; the reason is above.");
}
