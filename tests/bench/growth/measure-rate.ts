import { writeLine } from "#compose/cli/write-line.ts";
import { createTopics } from "#shared/adapters/kafka/topics.ts";
import { setUpDatabase } from "#shared/adapters/postgres/set-up.ts";
import { readConfig } from "#shared/config.ts";
import {
  DEAD_LETTER_TOPIC,
  DIMENSIONS,
  STREAM_EVENTS_TOPIC,
  TOPICS,
} from "#shared/domain/topics.ts";
import { PipelineError } from "#shared/errors.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import { startPipeline } from "#tests/support/pipeline/start-pipeline.ts";
import type { PipelineServers } from "#tests/support/pipeline/start-servers.ts";
import { openObserver } from "../open-observer.ts";
import {
  BENCH_RANGE,
  BENCH_SIZES,
  publishCatalogue,
  publishPlays,
} from "../publish-backlog.ts";
import { keepCounts, listWrongWindows } from "./count-windows.ts";
import { preloadFacts, settleDatabase } from "./preload-facts.ts";
import { publishBefore } from "./publish-before.ts";
import type { RatePlan } from "./rate-plan.ts";
import { withServers } from "./with-servers.ts";

/** How fast a backlog was worked off, in the words of the result. */
export interface Rate {
  readonly plays: number;
  readonly facts_before: number;
  /** From the first poll until all is consumed, closed and published. */
  readonly seconds: number;
  readonly plays_per_second: number;
  readonly preload_seconds: number;
  /** Plays that came after their window had closed. */
  readonly late_plays: number;
  /** Rows of `user_engagement_metrics` a play: near 1, each play is a key of its own. */
  readonly user_rows_per_play: number;
}

/** Called once all is at rest; returns what is to be called when the backlog is worked off. */
export type Watch = (servers: PipelineServers) => Promise<() => Promise<void>>;

/** A drain may take ten times as long as the slowest rate that is accepted, and some time for few plays. */
const SLOWEST_PLAYS_PER_SECOND = 200;
const LEAST_DRAIN_MS = 5 * 60_000;

/**
 * Works off a backlog on servers of its own. Throws `bench_tables_wrong` (internal) where the tables are not right after it:
 * a rate would say nothing then.
 */
export function measureRate(plan: RatePlan, watch?: Watch): Promise<Rate> {
  return withServers(async (servers, cleanups) => {
    const { plays, facts, ids, lateShare, partitions } = plan;
    const owner = await openObserver(servers);
    const bootstrapServers =
      servers.connections.kafkaBootstrapServers.split(",");
    const catalogue = { ...BENCH_SIZES, users: plan.users };
    await spreadPlays(servers, partitions);
    writeLine(`Loading ${plays.toLocaleString("en-US")} plays into Kafka`);
    await publishCatalogue(bootstrapServers, catalogue);
    await publishPlays(bootstrapServers, plays, {
      catalogue,
      shape: { ids, lateShare },
    });
    writeLine("Loading the dimensions");
    const dimensions = await startPipeline({
      ...servers,
      topics: DIMENSIONS,
      hasSchedules: false,
    });
    cleanups.add(() => dimensions.stop());
    const preloadSeconds = await preloadFacts(
      owner,
      { facts, ids, until: BENCH_RANGE.from },
      writeLine,
    );
    if (facts > 0 && lateShare > 0) {
      writeLine(
        "Publishing the windows of these facts that plays come late for",
      );
      const { closer } = servers.connections.databaseUrls;
      await publishBefore({ owner, closer }, BENCH_RANGE.from);
    }
    await keepCounts(owner);
    await settleDatabase(owner);

    writeLine("Working off the backlog");
    const unwatch = await watch?.(servers);
    const startMs = performance.now();
    const backlog = await startPipeline({
      ...servers,
      topics: [STREAM_EVENTS_TOPIC, DEAD_LETTER_TOPIC],
      ...(plan.batchSize === undefined ? {} : { batchSize: plan.batchSize }),
      environments: plan.environments ?? "declared",
    });
    cleanups.add(() => backlog.stop());
    await backlog.drain(
      Math.max(LEAST_DRAIN_MS, (plays / SLOWEST_PLAYS_PER_SECOND) * 1000),
    );
    const seconds = (performance.now() - startMs) / 1000;
    await unwatch?.();
    await backlog.stop();
    await dimensions.stop();

    refuseWrongTables(await listWrongWindows(owner, { facts, plays }));
    const counts = await readCounts(owner);
    if (lateShare > 0 && counts.late === 0)
      refuseWrongTables(["no play was late, and some were to be"]);
    return {
      plays,
      facts_before: facts,
      seconds: round(seconds),
      plays_per_second: Math.round(plays / seconds),
      preload_seconds: round(preloadSeconds),
      late_plays: counts.late,
      user_rows_per_play: round(counts.userRows / plays),
    };
  });
}

/** Throws `bench_tables_wrong` where there are faults. */
export function refuseWrongTables(faults: readonly string[]): void {
  if (faults.length === 0) return;
  throw new PipelineError(
    `No rate is given, as the tables are wrong:\n${faults.join("\n")}\nFind out with npm run validate on such a backlog what lost or repeated the plays.`,
    { code: "bench_tables_wrong", domain: "internal" },
  );
}

/** Gives `stream-events` more partitions, and tells the database of them, as a deployment does. */
async function spreadPlays(
  { connections }: PipelineServers,
  partitions: number,
): Promise<void> {
  const topics = TOPICS.filter(
    ({ topic }) => topic === STREAM_EVENTS_TOPIC,
  ).map((declared) => ({ ...declared, partitions }));
  await createTopics(
    { bootstrapServers: connections.kafkaBootstrapServers.split(",") },
    topics,
  );
  const { STREAMING_WINDOW_SIZE, STREAMING_HOURLY_WINDOW_SIZE } = readConfig(
    [],
    {},
  );
  await setUpDatabase({
    databaseUrl: connections.databaseUrls.owner,
    topics,
    windowSizeMs: STREAMING_WINDOW_SIZE,
    hourlyWindowSizeMs: STREAMING_HOURLY_WINDOW_SIZE,
  });
}

async function readCounts(
  databaseUrl: string,
): Promise<{ late: number; userRows: number }> {
  const [row] = await selectRows<{ late: string; user_rows: string }>(
    databaseUrl,
    `select (select coalesce(sum(late_count), 0) from partition_ledger)::text as late,
       (select count(*) from user_engagement_metrics)::text as user_rows`,
  );
  return { late: Number(row?.late), userRows: Number(row?.user_rows) };
}

const round = (number: number): number => Math.round(number * 1000) / 1000;
