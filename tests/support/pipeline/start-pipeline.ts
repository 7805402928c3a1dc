import type { Connections } from "#compose/embedded/connection-env.ts";
import {
  CHOICES,
  type Choices,
} from "#compose/event-source-mapping/choices.ts";
import { systemClock } from "#compose/event-source-mapping/clock.ts";
import type { EventSourceMapping } from "#compose/event-source-mapping/create-event-source-mapping.ts";
import type { Invoker } from "#compose/event-source-mapping/invoker.ts";
import { createCleanups } from "#compose/runner/cleanups.ts";
import { drain } from "#compose/runner/drain.ts";
import { invokeFunction } from "#compose/runner/invoke-function.ts";
import {
  addConnections,
  loadDeclaration,
  type Environment,
} from "#compose/runner/load-declaration.ts";
import { openInvoker } from "#compose/runner/open-invoker.ts";
import type { Status } from "#compose/runner/read-status.ts";
import { startMappings } from "#compose/runner/start-mappings.ts";
import { waitUntilConsumed } from "#compose/runner/wait-until-consumed.ts";
import { openStatusReader } from "#compose/runner/status-reader.ts";
import { startScheduler } from "#compose/scheduler/scheduler.ts";
import type { Declaration } from "#compose/serverless/declaration.ts";
import { createTopicOffsets } from "#shared/adapters/kafka/topic-offsets.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import {
  placeFaultPoint,
  type FaultPoint,
} from "#tests/support/faults/fault-point.ts";

/** What can be told to another process, too. */
export interface PipelineSettings {
  /** Where the functions write their logs. */
  readonly dataDir: string;
  readonly connections: Connections;
  /** Variables that serverless.yml refers to, such as `STREAMING_IDLE_TIMEOUT`. */
  readonly environment?: Environment;
  /** In place of serverless.yml's for `stream-events`. */
  readonly batchSize?: number;
  readonly batchingWindowMs?: number;
  /** Which of the two readings of a partial failure the mappings take. */
  readonly partialFailures?: Choices["partialFailures"];
  /** Where the doubling of the mappings' back-off ends, in place of the choices' half a minute. */
  readonly maximumBackoffMs?: number;
  /** Topics that are polled; by default all eight. */
  readonly topics?: readonly string[];
  /** Whether `close-windows` and `redrive` are called by their schedules; by default they are. */
  readonly hasSchedules?: boolean;
  /** Execution environments of `aggregate-micro-batch`; by default two, so that a test sees them meet. */
  readonly environments?: number | "declared";
  /** Where the first thread of a function that comes there stands still. */
  readonly faultPoint?: FaultPoint;
}

export interface PipelineOptions extends PipelineSettings {
  /** Puts something between the mappings and the functions. */
  readonly wrapInvoker?: (invoker: Invoker) => Invoker;
}

/** Everything that a runner starts but the servers and the producer. */
export interface Pipeline {
  readonly declaration: Declaration;
  readonly mappings: readonly EventSourceMapping[];
  invoke(functionName: string, event: unknown): Promise<unknown>;
  readStatus(): Promise<Status>;
  /** Waits until the groups have committed everything that their topics hold. */
  untilConsumed(): Promise<void>;
  /**
   * Waits until everything is consumed, closes the windows that are open, and waits until all are published. Throws
   * `not_drained` (external) after this time, by default 100 s.
   */
  drain(timeoutMs?: number): Promise<Status>;
  stop(): Promise<void>;
}

/** All but the producer: a test sends its own records. */
const SCHEDULED = new Set(["close-windows", "redrive"]);
const AGGREGATION = "aggregate-micro-batch";
const DRAIN_TIMEOUT_MS = 100_000;

/** Starts the mappings and schedules of serverless.yml, put together as compose/runner does. */
export async function startPipeline(
  options: PipelineOptions,
): Promise<Pipeline> {
  const {
    dataDir,
    connections,
    environment = {},
    hasSchedules = true,
  } = options;
  const declared = await loadDeclaration(
    addConnections(environment, connections),
  );
  const declaration = placeFaultPoint(
    {
      ...declared,
      mappings: chooseMappings(declared, options),
      functions: limitEnvironments(declared, options),
    },
    options.faultPoint,
  );
  const cleanups = createCleanups();
  const signal = new AbortController().signal;
  try {
    const opened = openInvoker(declaration, dataDir);
    cleanups.add(() => opened.stop());
    const invoker = { ...opened, ...options.wrapInvoker?.(opened) };
    const offsets = createTopicOffsets({
      bootstrapServers: connections.kafkaBootstrapServers.split(","),
    });
    cleanups.add(() => offsets.close());
    const reader = openStatusReader(declaration, connections);
    cleanups.add(() => reader.close());
    const mappings: EventSourceMapping[] = [];
    cleanups.add(async () => {
      await Promise.all(mappings.map((mapping) => mapping.stop()));
    });
    const wait = { declaration, offsets, clock: systemClock, signal };
    await startMappings(wait, invoker, (mapping) => mappings.push(mapping), {
      ...CHOICES,
      partialFailures: options.partialFailures ?? CHOICES.partialFailures,
      maximumBackoffMs: options.maximumBackoffMs ?? CHOICES.maximumBackoffMs,
    });
    if (hasSchedules) {
      const scheduler = startScheduler({
        schedules: declaration.schedules.filter(({ functionName }) =>
          SCHEDULED.has(functionName),
        ),
        invoker,
        clock: systemClock,
        log: (message) => opened.log("scheduler", message),
      });
      cleanups.add(() => scheduler.stop());
    }
    return {
      declaration,
      mappings,
      invoke: (functionName, event) =>
        invokeFunction(invoker, functionName, event),
      readStatus: () => reader.read(),
      untilConsumed: () =>
        waitUntilConsumed(
          wait,
          declaration.mappings.map(({ configuration }) => configuration.topic),
        ),
      drain: (timeoutMs = DRAIN_TIMEOUT_MS) =>
        drain({
          invoker,
          clock: systemClock,
          readStatus: () => reader.read(),
          closesOpenWindows: true,
          timeoutMs,
          signal,
        }),
      stop: () => cleanups.run(),
    };
  } catch (error) {
    await cleanups.run();
    throw error;
  }
}

function chooseMappings(
  { mappings }: Declaration,
  { topics, batchSize, batchingWindowMs }: PipelineSettings,
): Declaration["mappings"] {
  const wanted = mappings.filter(
    ({ configuration }) => topics?.includes(configuration.topic) ?? true,
  );
  return wanted.map(({ name, configuration }) => ({
    name,
    configuration:
      configuration.topic === STREAM_EVENTS_TOPIC
        ? {
            ...configuration,
            batchSize: batchSize ?? configuration.batchSize,
            batchingWindowMs:
              batchingWindowMs ?? configuration.batchingWindowMs,
          }
        : configuration,
  }));
}

function limitEnvironments(
  { functions }: Declaration,
  { environments = 2 }: PipelineSettings,
): Declaration["functions"] {
  const declared = functions[AGGREGATION];
  if (environments === "declared" || declared === undefined) return functions;
  return {
    ...functions,
    [AGGREGATION]: { ...declared, maximumConcurrency: environments },
  };
}
