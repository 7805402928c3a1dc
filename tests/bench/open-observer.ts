import { grantObservation } from "#compose/embedded/postgres-roles.ts";
import { ensureSecrets } from "#compose/embedded/secrets.ts";
import type { PipelineServers } from "#tests/support/pipeline/start-servers.ts";

/** Lets the owner of these servers' databases watch all sessions and write checkpoints, and returns its address. */
export async function openObserver({
  dataDir,
  connections,
}: Pick<PipelineServers, "dataDir" | "connections">): Promise<string> {
  const { owner } = connections.databaseUrls;
  const access = {
    port: Number(new URL(owner).port),
    secrets: await ensureSecrets(dataDir),
  };
  await grantObservation(access, "owner");
  return owner;
}
