import type { TestProject } from "vitest/node";

import { findFreePort } from "#compose/embedded/ports.ts";
import { waitUntil } from "#compose/embedded/wait-until.ts";
import { createCleanups } from "#compose/runner/cleanups.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { loadCatalogue } from "#tests/support/pipeline/load-catalogue.ts";
import { startPipeline } from "#tests/support/pipeline/start-pipeline.ts";
import {
  NOT_DURABLE,
  startServers,
  type PipelineServers,
} from "#tests/support/pipeline/start-servers.ts";
import { openTopicClient } from "#tests/support/pipeline/topic-client.ts";
import { withClient } from "#tests/support/with-client.ts";
import { ensureChromium } from "#tests/support/ensure-chromium.ts";
import { watchCommandLines } from "./processes.ts";
import { runSuperset, type SupersetResult } from "./run-superset.ts";
import { makeSkewedPlays } from "./skewed-plays.ts";

// Trending songs need two windows; the newest is as old as the allowed lateness.
const LEAST_PUBLISHED = 20;
const PUBLISH_TIMEOUT_MS = 120_000;

declare module "vitest" {
  export interface ProvidedContext {
    supersetDataDir: string;
    supersetPort: number;
    /** Addresses of the roles in the database that the dashboards show. */
    ownerUrl: string;
    readerUrl: string;
    chromium: string;
    /** What `npm run superset -- up` has said. */
    up: SupersetResult;
    /** Every command line that there was on the machine meanwhile. */
    commandLinesOfUp: string[];
  }
}

/** Starts servers, runs plays through the functions, and starts Superset on them; returns what removes it all. */
export default async function startForTests({
  provide,
}: TestProject): Promise<() => Promise<void>> {
  const cleanups = createCleanups();
  try {
    provide("chromium", await ensureChromium());
    const servers = await startServers({ postgresSettings: NOT_DURABLE });
    cleanups.add(() => servers.stop());
    await playThroughFunctions(servers);
    const place = { dataDir: servers.dataDir, port: await findFreePort() };
    cleanups.add(async () => {
      requireSuccess("down", await runSuperset(place, "down"));
    });
    const { result, commandLines } = await watchCommandLines(() =>
      runSuperset(place, "up"),
    );
    requireSuccess("up", result);
    const { owner, reader } = servers.connections.databaseUrls;
    provide("supersetDataDir", place.dataDir);
    provide("supersetPort", place.port);
    provide("ownerUrl", owner);
    provide("readerUrl", reader);
    provide("up", result);
    provide("commandLinesOfUp", commandLines);
    return () => cleanups.run();
  } catch (error) {
    await cleanups.run();
    throw error;
  }
}

/** Every test would fail for want of a Superset, and none would say why. */
function requireSuccess(action: string, result: SupersetResult): void {
  if (result.exitCode !== 0)
    throw new Error(
      `npm run superset -- ${action} has failed with exit code ${result.exitCode}:\n${result.stdout}${result.stderr}`,
    );
}

async function playThroughFunctions(servers: PipelineServers): Promise<void> {
  const { dataDir, connections } = servers;
  const topics = await openTopicClient(connections.kafkaBootstrapServers);
  try {
    await loadCatalogue(servers, topics);
    const pipeline = await startPipeline({ dataDir, connections });
    try {
      await topics.send(STREAM_EVENTS_TOPIC, makeSkewedPlays(Date.now()));
      await pipeline.untilConsumed();
      await waitUntilPublished(connections.databaseUrls.owner);
    } finally {
      await pipeline.stop();
    }
  } finally {
    await topics.close();
  }
}

/** The oldest windows close by the schedule; the newest stay open, as they do for who looks at a dashboard. */
async function waitUntilPublished(ownerUrl: string): Promise<void> {
  await withClient(ownerUrl, async (client) => {
    const isPublished = await waitUntil(async () => {
      const { rows } = await client.query<{ count: number }>(
        "select count(*)::integer as count from window_publications where window_kind = 'minutes'",
      );
      return (rows[0]?.count ?? 0) >= LEAST_PUBLISHED;
    }, PUBLISH_TIMEOUT_MS);
    if (!isPublished) throw new Error("The windows were not published.");
  });
}
