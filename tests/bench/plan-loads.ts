import type { CatalogueSizes } from "#shared/domain/catalogue/sizes.ts";
import { BENCH_SIZES } from "./publish-backlog.ts";

/** An event of `produce-batch` over a range of event time [from, to), RFC 3339, UTC. */
export interface RangeEvent {
  readonly from: string;
  readonly to: string;
  readonly count: number;
  readonly seed: number;
  readonly catalogue: CatalogueSizes;
  readonly [field: string]: unknown;
}

export interface LoadOptions {
  readonly playsPerSecond: number;
  readonly seconds: number;
  /** Event time that passes in a second, in seconds. */
  readonly speed: number;
  /** 0: none. */
  readonly preloadedPlays: number;
}

const FROM_MS = Date.UTC(2026, 2, 1);
const SEED = 1;

/**
 * Plans the steady load, and the plays that the same rate and speed would have brought before it: they end where it begins,
 * so that no play of either comes late.
 */
export function planLoads({
  playsPerSecond,
  seconds,
  speed,
  preloadedPlays,
}: LoadOptions): {
  readonly preload: RangeEvent | undefined;
  readonly steady: RangeEvent;
} {
  const preloadedMs = Math.ceil(
    (preloadedPlays / playsPerSecond) * speed * 1000,
  );
  return {
    preload:
      preloadedPlays === 0
        ? undefined
        : plan(FROM_MS - preloadedMs, FROM_MS, preloadedPlays),
    steady: plan(
      FROM_MS,
      FROM_MS + seconds * speed * 1000,
      playsPerSecond * seconds,
    ),
  };
}

function plan(fromMs: number, toMs: number, count: number): RangeEvent {
  return {
    from: new Date(fromMs).toISOString(),
    to: new Date(toMs).toISOString(),
    count,
    seed: SEED,
    catalogue: BENCH_SIZES,
  };
}
