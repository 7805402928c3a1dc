import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";

import { stopSuperset } from "#compose/superset/server.ts";
import { claimRunner } from "./runner-claim.ts";
import { stopRunner } from "./stop-runner.ts";

// Fetched from outside, and the same for every data.
const KEPT = "kafka-jars";

/** Stops what runs on the data directory and deletes everything in it but Kafka's jars. */
export async function resetData(dataDir: string): Promise<void> {
  await stopSuperset(dataDir);
  await stopRunner(dataDir);
  const claim = await claimRunner(dataDir);
  try {
    for (const name of await readdir(dataDir)) {
      if (name !== KEPT && !name.startsWith("runner.pid"))
        await rm(join(dataDir, name), { recursive: true, force: true });
    }
  } finally {
    await claim.release();
  }
}
