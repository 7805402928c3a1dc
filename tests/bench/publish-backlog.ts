import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import type { CatalogueSizes } from "#shared/domain/catalogue/sizes.ts";
import type { BacklogLoad } from "./load-backlog.ts";

/** The catalogue of the published numbers. */
export const BENCH_SIZES: CatalogueSizes = {
  users: 10_000,
  artists: 500,
  albums: 1000,
  songs: 5000,
  devices: 10,
  locations: 50,
};

const SEED = 1;
const PLAYS_PER_EVENT = 50_000;
const RANGE = { from: "2026-03-01T18:00:00Z", to: "2026-03-01T20:00:00Z" };

/** Publishes the catalogue to the dimension topics; throws what the producer throws. */
export async function publishCatalogue(
  bootstrapServers: readonly string[],
): Promise<void> {
  await publish({
    bootstrapServers,
    events: [{ catalogue: BENCH_SIZES, seed: SEED }],
  });
}

/** Publishes plays of two hours of event time to `stream-events`; throws what the producer throws. */
export async function publishPlays(
  bootstrapServers: readonly string[],
  playCount: number,
): Promise<void> {
  const range = {
    ...RANGE,
    count: playCount,
    seed: SEED,
    catalogue: BENCH_SIZES,
  };
  const starts = Array.from(
    { length: Math.ceil(playCount / PLAYS_PER_EVENT) },
    (_, part) => part * PLAYS_PER_EVENT,
  );
  const events = starts.map((firstIndex) => ({
    ...range,
    firstIndex,
    lastIndex: Math.min(firstIndex + PLAYS_PER_EVENT, playCount) - 1,
  }));
  await publish({ bootstrapServers, events });
}

async function publish(load: BacklogLoad): Promise<void> {
  const loader = fork(
    fileURLToPath(new URL("load-backlog.ts", import.meta.url)),
  );
  loader.send(load);
  const [code] = await once(loader, "exit");
  if (code !== 0)
    throw new Error("The backlog could not be published; the reason is above.");
}
