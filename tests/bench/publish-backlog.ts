import { fork } from "node:child_process";
import { once } from "node:events";
import { fileURLToPath } from "node:url";

import type { CatalogueSizes } from "#shared/domain/catalogue/sizes.ts";
import type { BacklogLoad } from "./load-backlog.ts";
import type { PlayShape } from "./shape-play.ts";

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

/** Event time of the plays, RFC 3339, half-open. */
export interface PlayRange {
  readonly from: string;
  readonly to: string;
}

/** The two hours of the published numbers. */
export const BENCH_RANGE: PlayRange = {
  from: "2026-03-01T18:00:00Z",
  to: "2026-03-01T20:00:00Z",
};

/** What a backlog may have otherwise than that of the published numbers. */
export interface BacklogOptions {
  readonly range?: PlayRange;
  readonly catalogue?: CatalogueSizes;
  readonly shape?: PlayShape;
}

/** Publishes the catalogue to the dimension topics; throws what the producer throws. */
export async function publishCatalogue(
  bootstrapServers: readonly string[],
  catalogue: CatalogueSizes = BENCH_SIZES,
): Promise<void> {
  await publish({
    bootstrapServers,
    events: [{ catalogue, seed: SEED }],
  });
}

/** Publishes plays, by default of two hours of event time, to `stream-events`; throws what the producer throws. */
export async function publishPlays(
  bootstrapServers: readonly string[],
  playCount: number,
  { range = BENCH_RANGE, catalogue = BENCH_SIZES, shape }: BacklogOptions = {},
): Promise<void> {
  const whole = { ...range, count: playCount, seed: SEED, catalogue };
  const starts = Array.from(
    { length: Math.ceil(playCount / PLAYS_PER_EVENT) },
    (_, part) => part * PLAYS_PER_EVENT,
  );
  const events = starts.map((firstIndex) => ({
    ...whole,
    firstIndex,
    lastIndex: Math.min(firstIndex + PLAYS_PER_EVENT, playCount) - 1,
  }));
  await publish({
    bootstrapServers,
    events,
    ...(shape === undefined ? {} : { shape }),
  });
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
