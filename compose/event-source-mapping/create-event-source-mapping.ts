import { randomUUID } from "node:crypto";
import { Kafka, logLevel, type KafkaConfig } from "kafkajs";
import type { AwsAccess } from "./document-destination.ts";
import type { PartitionStatus } from "./assigned-partition.ts";
import { CHOICES } from "./choices.ts";
import type { Choices } from "./choices.ts";
import { systemClock } from "./clock.ts";
import type { Clock } from "./clock.ts";
import type { EventSourceMappingConfiguration } from "./configuration.ts";
import { createCounters } from "./counters.ts";
import type { CountersSnapshot } from "./counters.ts";
import { createOnFailureDestination } from "./create-on-failure-destination.ts";
import { createRecordFilter } from "./create-record-filter.ts";
import { createEventFormat } from "./encode-event.ts";
import type { Invoker } from "./invoker.ts";
import { kafkaLogCreator } from "./mapping-log.ts";
import type { MappingLog } from "./mapping-log.ts";
import { PartitionRegister } from "./partition-register.ts";
import { PollerPool } from "./poller-pool.ts";
import { Poller } from "./poller.ts";

/** Settings of the Kafka client; `brokers` may be left out for a self-managed source, which names them itself. */
export type KafkaSettings = Omit<
  KafkaConfig,
  "brokers" | "logCreator" | "logLevel"
> & { brokers?: string[] };

export interface EventSourceMappingOptions {
  readonly configuration: EventSourceMappingConfiguration;
  readonly kafka: KafkaSettings;
  readonly invoker: Invoker;
  readonly log: MappingLog;
  readonly clock?: Clock;
  readonly choices?: Partial<Choices>;
  /** Where SQS, SNS and S3 are, for a destination there; AWS itself, as its client finds it, unless given. */
  readonly aws?: AwsAccess;
  /** The group id where the declaration has none (3): a new one reads the topic from its starting position again. */
  readonly uuid?: string;
}

export type MappingState =
  "Creating" | "Enabled" | "Disabling" | "Disabled" | "Deleting";

/** A mapping between one topic and one function. */
export interface EventSourceMapping {
  readonly uuid: string;
  readonly groupId: string;
  readonly topic: string;
  readonly functionName: string;
  readonly state: MappingState;
  /** "No records processed", "OK" or "PROBLEM: …" (28). */
  readonly lastProcessingResult: string;
  readonly partitions: readonly PartitionStatus[];
  counters(): CountersSnapshot;
  /** Resolves when records are being polled, waiting for Kafka if need be; at once when the mapping is not enabled. */
  start(): Promise<void>;
  /** Stops polling, finishes the invocations in flight, commits, and leaves the group; the records of a back-off come again. */
  stop(): Promise<void>;
  /** Stops, and ends in `Deleting`: what the group has committed stays in Kafka. */
  delete(): Promise<void>;
}

/** A mapping runs once, from `start` to `stop`; nothing is connected before `start`. */
export function createEventSourceMapping(
  options: EventSourceMappingOptions,
): EventSourceMapping {
  return new KafkaEventSourceMapping(options);
}

class KafkaEventSourceMapping implements EventSourceMapping {
  readonly uuid: string;
  readonly groupId: string;
  readonly topic: string;
  readonly functionName: string;
  readonly #configuration: EventSourceMappingConfiguration;
  readonly #log: MappingLog;
  readonly #counters = createCounters();
  readonly #pollers: PollerPool;
  readonly #closeDestination: () => Promise<void>;
  #stopped: Promise<void> | null = null;
  #state: MappingState = "Creating";
  #lastProcessingResult = "No records processed";

  constructor(options: EventSourceMappingOptions) {
    const { configuration, log, clock = systemClock } = options;
    const { topic, functionName, source, pollers } = configuration;
    const choices = { ...CHOICES, ...options.choices };
    this.uuid = options.uuid ?? randomUUID();
    this.groupId = configuration.consumerGroupId ?? this.uuid;
    this.topic = topic;
    this.functionName = functionName;
    this.#configuration = configuration;
    this.#log = log;

    const brokers =
      options.kafka.brokers ??
      (source.kind === "SelfManagedKafka" ? [...source.bootstrapServers] : []);
    const kafka = new Kafka({
      ...options.kafka,
      brokers,
      logLevel: logLevel.WARN,
      logCreator: kafkaLogCreator(log),
    });
    const bootstrapServers =
      source.kind === "SelfManagedKafka" ? source.bootstrapServers : brokers;
    const format = createEventFormat(source, bootstrapServers, topic);
    const destination = createOnFailureDestination({
      target: configuration.onFailure,
      kafka,
      aws: options.aws ?? {},
      uuid: this.uuid,
      context: {
        functionArn: configuration.functionArn,
        source,
        bootstrapServers,
        format,
      },
      now: () => clock.now(),
      choices,
    });
    this.#closeDestination = () => destination?.close() ?? Promise.resolve();
    const register = new PartitionRegister(() =>
      this.#pollers.members.forEach((poller) => poller.onReleased()),
    );
    const context = {
      kafka,
      groupId: this.groupId,
      topic,
      startingPosition: configuration.startingPosition,
      choices,
      limits: {
        batchSize: configuration.batchSize,
        batchingWindowMs:
          configuration.batchingWindowMs ?? choices.defaultBatchingWindowMs,
        maximumEventBytes: choices.maximumEventBytes,
      },
      maximumInvocations:
        pollers === null
          ? choices.invocationsPerOnDemandPoller
          : choices.invocationsPerProvisionedPoller,
      environment: {
        functionName,
        format,
        invoker: options.invoker,
        clock,
        retryPolicy: {
          maximumRetryAttempts: configuration.maximumRetryAttempts,
          hasDestination: destination !== null,
          maximumRetriesWithDestination: choices.maximumRetriesWithDestination,
        },
        backoff: choices,
        bisects: configuration.bisectBatchOnFunctionError,
        partialFailures: configuration.reportBatchItemFailures
          ? choices.partialFailures
          : null,
        maximumRecordAgeMs: configuration.maximumRecordAgeMs,
        destination,
        counters: this.#counters,
        onProblem: (problem: string) => this.#reportProblem(problem),
      },
      recordFilter: createRecordFilter(configuration.filterPatterns),
      register,
      onSuccess: () => {
        this.#lastProcessingResult = "OK";
      },
      isOwned: (partition: number) =>
        this.#pollers.members.some((poller) => poller.owns(partition)),
    };
    this.#pollers = new PollerPool({
      create: () => new Poller(context),
      minimum: pollers?.minimum ?? 1,
      maximum: pollers?.maximum ?? 1,
      batchSize: configuration.batchSize,
      choices,
      clock,
    });
  }

  get state(): MappingState {
    return this.#state;
  }

  get lastProcessingResult(): string {
    return this.#lastProcessingResult;
  }

  get partitions(): readonly PartitionStatus[] {
    return this.#pollers.members
      .flatMap((poller) => poller.partitions)
      .sort((a, b) => a.partition - b.partition);
  }

  counters(): CountersSnapshot {
    const lags = this.partitions.map(({ lag }) => lag);
    return {
      ...this.#counters,
      PendingEventCount: this.#pollers.members.reduce(
        (count, { pendingEventCount }) => count + pendingEventCount,
        0,
      ),
      MaxOffsetLag: Math.max(0, ...lags),
      SumOffsetLag: lags.reduce((sum, lag) => sum + lag, 0),
    };
  }

  async start(): Promise<void> {
    if (!this.#configuration.enabled) {
      this.#state = "Disabled";
      return;
    }
    await this.#pollers.start();
    if (this.#state === "Creating") this.#state = "Enabled";
  }

  async stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    await this.#stopped;
  }

  async delete(): Promise<void> {
    await this.stop();
    this.#state = "Deleting";
  }

  async #stop(): Promise<void> {
    if (this.#state === "Disabled") return;
    this.#state = "Disabling";
    await this.#pollers.stop();
    await this.#closeDestination();
    this.#state = "Disabled";
  }

  #reportProblem(problem: string): void {
    this.#lastProcessingResult = `PROBLEM: ${problem}`;
    this.#log("warn", problem, {
      topic: this.topic,
      groupId: this.groupId,
      functionName: this.functionName,
    });
  }
}
