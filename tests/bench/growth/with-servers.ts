import { writeLine } from "#compose/cli/write-line.ts";
import { createCleanups, type Cleanups } from "#compose/runner/cleanups.ts";
import {
  startServers,
  type PipelineServers,
} from "#tests/support/pipeline/start-servers.ts";

const EXIT_CODE_INTERRUPTED = 130;

/** Runs `work` on a Kafka and a durable Postgres of its own, which are gone afterwards, also when it is interrupted. */
export async function withServers<Result>(
  work: (servers: PipelineServers, cleanups: Cleanups) => Promise<Result>,
): Promise<Result> {
  const cleanups = createCleanups();
  const interrupt = () =>
    void cleanups.run().finally(() => process.exit(EXIT_CODE_INTERRUPTED));
  // Each time: a second signal, which `timeout` sends, would end this process before its servers.
  process.on("SIGINT", interrupt).on("SIGTERM", interrupt);
  try {
    writeLine("Starting Kafka and Postgres in a temporary directory");
    const servers = await startServers({ postgresSettings: {} });
    cleanups.add(() => servers.stop());
    return await work(servers, cleanups);
  } finally {
    process.off("SIGINT", interrupt).off("SIGTERM", interrupt);
    await cleanups.run();
  }
}
