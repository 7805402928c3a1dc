import { systemClock } from "#compose/event-source-mapping/clock.ts";
import type { EventSourceMapping } from "#compose/event-source-mapping/create-event-source-mapping.ts";
import type { Connections } from "#compose/embedded/connection-env.ts";
import { startStack } from "#compose/embedded/stack.ts";
import { openHttpApi } from "#compose/http-api/open-http-api.ts";
import { openMetrics } from "#compose/metrics/open-metrics.ts";
import { buildPage } from "#compose/page/build-page.ts";
import type { Declaration } from "#compose/serverless/declaration.ts";
import { createTopicOffsets } from "#shared/adapters/kafka/topic-offsets.ts";
import { readConfig, type Config } from "#shared/config.ts";
import type { TopicOffsets } from "#shared/ports/topic-offsets.ts";
import { createCleanups } from "./cleanups.ts";
import {
  addConnections,
  loadDeclaration,
  type Environment,
} from "./load-declaration.ts";
import { openFunctions, type InvokerKind } from "./open-functions.ts";
import type { OpenInvoker } from "./open-invoker.ts";
import { prepareServers } from "./prepare-servers.ts";
import { KAFKA_JARS_DIR, PROJECT_ROOT } from "./project-root.ts";
import { claimRunner } from "./runner-claim.ts";
import { startMappings } from "./start-mappings.ts";
import { openStatusReader } from "./status-reader.ts";

/** The function that makes plays; its schedule is started apart from the others. */
export const PRODUCER = "produce-batch";

export interface RunnerOptions {
  readonly dataDir: string;
  /** Settings and the variables that serverless.yml refers to. */
  readonly environment: Environment;
  /** Where the functions run; in process unless given. */
  readonly invokerKind?: InvokerKind;
  readonly onProgress: (message: string) => void;
  /** Breaks off the start, after which everything is stopped again. */
  readonly signal: AbortSignal;
}

/** Everything that runs, but for the producer. */
export interface Runner {
  readonly config: Config;
  readonly connections: Connections;
  readonly declaration: Declaration;
  readonly invoker: OpenInvoker;
  readonly offsets: TopicOffsets;
  readonly mappings: readonly EventSourceMapping[];
  /** Where the dashboards are to be seen; undefined where they are served nowhere. */
  readonly dashboardsUrl: string | undefined;
  /** Starts the schedules of the producer, which then send the plays since `sinceMs` (by default: from now on). */
  startProducer(sinceMs?: number): Promise<void>;
  /** Stops in order: schedules, micro-batches and their commits, functions, Kafka and Postgres. */
  stop(): Promise<void>;
}

/**
 * Starts or adopts the servers, brings them up to date, and starts the mappings and schedules of serverless.yml.
 * When a step fails, what has been started is stopped. Throws `already_running`, `invalid_settings`,
 * `invalid_declaration`, what the steps throw, and the signal's reason.
 */
export async function startRunner({
  dataDir,
  environment,
  invokerKind = "in-process",
  onProgress,
  signal,
}: RunnerOptions): Promise<Runner> {
  const config = readConfig([], environment);
  // Before anything is started: most mistakes in it show without servers.
  await loadDeclaration(environment);
  const cleanups = createCleanups();
  try {
    const claim = await claimRunner(dataDir);
    cleanups.add(() => claim.release());
    const metrics = await openMetrics(config.METRICS_PORT);
    cleanups.add(() => metrics.close());
    const httpApi = await openHttpApi(config.DASHBOARD_PORT);
    cleanups.add(() => httpApi.close());
    if (httpApi.url !== undefined) await buildPage({ root: PROJECT_ROOT });
    const stack = await startStack({
      dataDir,
      jarsDir: KAFKA_JARS_DIR,
      kafkaPort: config.KAFKA_PORT,
      postgresPort: config.POSTGRES_PORT,
      onProgress,
      metricsUrl: metrics.url,
      external: {
        kafkaBootstrapServers: config.KAFKA_BOOTSTRAP_SERVERS?.join(","),
        databaseUrl: config.DATABASE_URL,
        ingestDatabaseUrl: config.INGEST_DATABASE_URL,
        closerDatabaseUrl: config.CLOSER_DATABASE_URL,
        readerDatabaseUrl: config.READER_DATABASE_URL,
      },
    });
    cleanups.add(() => stack.stop());
    signal.throwIfAborted();
    await prepareServers(stack, config, onProgress);
    signal.throwIfAborted();

    const declaration = await loadDeclaration(
      addConnections(environment, stack),
    );
    const functions = await openFunctions(invokerKind, {
      declaration,
      config,
      dataDir,
      environment,
      onProgress,
      wrapInvoker: (invoker) => metrics.invocations.measure(invoker),
    });
    const { invoker } = functions;
    cleanups.add(() => invoker.stop());
    signal.throwIfAborted();
    const offsets = createTopicOffsets({
      bootstrapServers: stack.kafkaBootstrapServers.split(","),
    });
    cleanups.add(() => offsets.close());

    const mappings: EventSourceMapping[] = [];
    cleanups.add(async () => {
      await Promise.all(mappings.map((mapping) => mapping.stop()));
    });
    onProgress(
      "Starting the event source mappings, dimensions first; after a kill Kafka waits up to 10 s for the old ones",
    );
    const wait = { declaration, offsets, clock: systemClock, signal };
    await startMappings(wait, invoker, (mapping) => mappings.push(mapping));

    cleanups.add(() => functions.stopSchedules());
    await functions.startSchedules((functionName) => functionName !== PRODUCER);
    const reader = openStatusReader(declaration, stack);
    cleanups.add(() => reader.close());
    const stopServing = metrics.serve({
      readStatus: () => reader.read(),
      mappings,
      clock: systemClock,
    });
    cleanups.add(stopServing);
    const routes = declaration.httpRoutes;
    cleanups.add(httpApi.serve({ routes, invoker, clock: systemClock }));
    return {
      config,
      connections: stack,
      declaration,
      invoker,
      offsets,
      mappings,
      dashboardsUrl:
        httpApi.url === undefined ? undefined : `${httpApi.url}/dashboards`,
      startProducer: (sinceMs) =>
        functions.startSchedules(
          (functionName) => functionName === PRODUCER,
          sinceMs,
        ),
      stop: () => cleanups.run(),
    };
  } catch (error) {
    await cleanups.run();
    throw error;
  }
}
