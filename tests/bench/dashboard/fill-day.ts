import { writeLine } from "#compose/cli/write-line.ts";
import type { Cleanups } from "#compose/runner/cleanups.ts";
import { createWindowStore } from "#shared/adapters/postgres/window-store.ts";
import { DIMENSIONS, STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { startPipeline } from "#tests/support/pipeline/start-pipeline.ts";
import type { PipelineServers } from "#tests/support/pipeline/start-servers.ts";

import { settleDatabase } from "../growth/preload-facts.ts";
import { openObserver } from "../open-observer.ts";
import { publishCatalogue, publishPlays } from "../publish-backlog.ts";

const DAY = { from: "2026-03-01T00:00:00Z", to: "2026-03-02T00:00:00Z" };

/**
 * Has the pipeline work off a day of plays. Its windows close as the watermark passes them, so that the last ones are open;
 * hours are added up as far as their windows are published, as they are while no late plays come.
 *
 * @returns the end of the day, RFC 3339
 */
export async function fillDay(
  servers: PipelineServers,
  cleanups: Cleanups,
  plays: number,
): Promise<string> {
  const bootstrapServers = servers.connections.kafkaBootstrapServers.split(",");
  writeLine(`Loading ${plays.toLocaleString("en-US")} plays into Kafka`);
  await publishCatalogue(bootstrapServers);
  await publishPlays(bootstrapServers, plays, { range: DAY });
  writeLine("Loading the dimensions");
  const dimensions = await startPipeline({
    ...servers,
    topics: DIMENSIONS,
    hasSchedules: false,
  });
  cleanups.add(() => dimensions.stop());
  await dimensions.untilConsumed();
  writeLine("Working off the day");
  const backlog = await startPipeline({
    ...servers,
    topics: [STREAM_EVENTS_TOPIC],
    // No partition is left out of the watermark, however long this takes.
    environment: { STREAMING_IDLE_TIMEOUT: "1d" },
  });
  cleanups.add(() => backlog.stop());
  await backlog.untilConsumed();
  await backlog.invoke("close-windows", {});
  await backlog.stop();
  await dimensions.stop();
  writeLine("Adding up the hours");
  await rollUpHours(servers);
  await settleDatabase(await openObserver(servers));
  return DAY.to;
}

async function rollUpHours({ connections }: PipelineServers): Promise<void> {
  const store = createWindowStore({
    databaseUrl: connections.databaseUrls.closer,
    applicationName: "bench",
    transactionTimeoutMs: 60_000,
    topic: STREAM_EVENTS_TOPIC,
    allowedLatenessMs: 0,
  });
  try {
    for (;;) {
      const hours = await store.findRollableHours(0);
      if (hours.length === 0) return;
      for (const hour of hours) await store.rollUpHour(hour);
    }
  } finally {
    await store.close();
  }
}
