import {
  startRunnerProcess,
  type RunnerProcess,
} from "#tests/support/pipeline/start-runner-process.ts";
import type { World } from "./world.ts";

/** Short enough for a pause to outlast a transaction, and for what waits to be done between two calm periods. */
const ENVIRONMENT = {
  STREAMING_TRANSACTION_TIMEOUT: "5s",
  STREAMING_REVISION_INTERVAL: "1s",
  STREAMING_IDLE_TIMEOUT: "2s",
  STREAMING_REDRIVE_BACKOFF: "1s",
};
const FIRST_BATCH_SIZE = 100;

/** The processes that run the pipeline: one, and at times a second one. */
export interface Runners {
  readonly count: number;
  /** The one that is there longest. */
  readonly oldest: RunnerProcess;
  join(): void;
  /** Lets the youngest one leave in order. */
  leave(): Promise<void>;
  /** Kills the oldest one and starts another. */
  killOldest(): Promise<void>;
  /** Lets the oldest one end in order, after one of the other version of the code and with that batch size has started. */
  roll(batchSize: number): Promise<void>;
  stop(): Promise<void>;
}

/** Starts the first runner; it may not poll yet. */
export function startRunners({
  dataDir,
  proxied,
  nextVersion,
}: World): Runners {
  let batchSize = FIRST_BATCH_SIZE;
  let isNextVersion = false;
  const start = () =>
    startRunnerProcess(
      { dataDir, connections: proxied, environment: ENVIRONMENT, batchSize },
      isNextVersion ? { root: nextVersion.root } : {},
    );
  const runners = [start()];
  const takeOldest = (): RunnerProcess => {
    const [oldest] = runners;
    if (oldest === undefined) throw new Error("There is no runner left.");
    return oldest;
  };
  return {
    get count() {
      return runners.length;
    },
    get oldest() {
      return takeOldest();
    },
    join: () => {
      runners.push(start());
    },
    leave: async () => {
      await runners.pop()?.stop();
    },
    killOldest: async () => {
      const oldest = takeOldest();
      runners.shift();
      await oldest.kill();
      runners.push(start());
    },
    roll: async (nextBatchSize) => {
      batchSize = nextBatchSize;
      isNextVersion = !isNextVersion;
      runners.push(start());
      const oldest = takeOldest();
      runners.shift();
      await oldest.stop();
    },
    stop: async () => {
      await Promise.all(runners.splice(0).map((runner) => runner.kill()));
    },
  };
}
