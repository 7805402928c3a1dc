const MEBIBYTE = 1024 * 1024;

/** What is sent again after a partial failure: the listed records, or all from the lowest of each partition (20). */
export type PartialFailures = "listed" | "from_lowest";

/** What AWS leaves open, or documents only as a number: the one place to correct (event-source-mapping.md, head). */
export interface Choices {
  /** Serialised event, in bytes (10). */
  readonly maximumEventBytes: number;
  /** Batching window where the declaration names none (1). */
  readonly defaultBatchingWindowMs: number;
  /** What -1 retries means when there is an on-failure destination (16). */
  readonly maximumRetriesWithDestination: number;
  /** In either reading a partial failure is not split as well: the function has said already which records failed. */
  readonly partialFailures: PartialFailures;
  /** Filters in one declaration; AWS raises its limit to 10 on request (14). */
  readonly maximumFilters: number;
  readonly firstBackoffMs: number;
  readonly maximumBackoffMs: number;
  /** Of joining the group again, which costs nobody anything: a broker that is back is to be noticed soon. */
  readonly maximumReconnectMs: number;
  readonly invocationsPerProvisionedPoller: number;
  readonly invocationsPerOnDemandPoller: number;
  /** How often a mapping in provisioned mode looks whether it has the right number of pollers. */
  readonly scalingIntervalMs: number;
  /** Batches that a partition may be behind before one more poller is started. */
  readonly lagBatchesToGrow: number;
  /** Records waiting in one poller, counted as the bytes they will take in an event. */
  readonly bufferedBytesPerPoller: number;
  readonly fetchedBytes: number;
  readonly fetchedBytesPerPartition: number;
  /** How long the broker waits for a first record, and how often a poller with nothing to fetch looks again. */
  readonly fetchWaitMs: number;
  /** How long a partition that is added to the topic may go unnoticed. */
  readonly newPartitionsMs: number;
  readonly sessionTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly rebalanceTimeoutMs: number;
  /** Bytes of letters in one produce request: below a topic's default `max.message.bytes` of 1,048,588. */
  readonly deliveredBytesPerRequest: number;
  /** Of one document to SQS, SNS or S3, the client's own retries included; then it counts as not delivered. */
  readonly deliveryTimeoutMs: number;
}

export const CHOICES: Choices = {
  maximumEventBytes: 6 * MEBIBYTE,
  defaultBatchingWindowMs: 500,
  maximumRetriesWithDestination: 10,
  partialFailures: "listed",
  maximumFilters: 5,
  firstBackoffMs: 1000,
  maximumBackoffMs: 30_000,
  maximumReconnectMs: 3000,
  invocationsPerProvisionedPoller: 5,
  // AWS gives no number for the on-demand mode. One keeps a topic of a few keyed rows in order and costs one
  // environment; a topic that needs more declares ProvisionedPollerConfig, as it would have to on AWS.
  invocationsPerOnDemandPoller: 1,
  // Each change is a rebalance of the whole group; one poller has five invocations in flight.
  scalingIntervalMs: 60_000,
  lagBatchesToGrow: 10,
  // Two full events: those that are in flight are out of the buffers already, and the next ones wait here.
  bufferedBytesPerPoller: 12 * MEBIBYTE,
  // Each record is a part of the answer that brought it and keeps all of that in memory. Who sends larger batches has them
  // fetched one by one: the broker gives one whole batch at least, and the client asks for the partitions in random order.
  fetchedBytes: 2 * MEBIBYTE,
  fetchedBytesPerPartition: MEBIBYTE / 4,
  // With 200 ms, seven idle mappings took a tenth of two cores for looking (a record ends the wait at once).
  fetchWaitMs: 500,
  // The client's own 5 minutes would hold the watermark back for so long, as it waits for every partition.
  newPartitionsMs: 10_000,
  // A member that was killed, or whose broker was, holds its partitions for so long: with 30 s, the next start waited 37 s
  // for its first record. Heartbeats come every 3 s, also while everything is paused.
  sessionTimeoutMs: 10_000,
  heartbeatIntervalMs: 3000,
  rebalanceTimeoutMs: 60_000,
  deliveredBytesPerRequest: 900 * 1024,
  deliveryTimeoutMs: 30_000,
};
