import type { Catalogue } from "#shared/domain/catalogue/catalogue.ts";
import { STREAMS } from "#shared/domain/catalogue/streams.ts";
import { createRandomKey, Random } from "#shared/domain/random.ts";

import { makePlayRecord, type PlayRecord } from "./make-play-record.ts";
import {
  DEFAULT_ALLOWED_LATENESS_MICROS,
  type PlayOptions,
} from "./play-options.ts";
import { fillRates } from "./mix-ins.ts";
import { spreadOverDay } from "./spread-over-day.ts";

/** A number of plays over a range of time, or the part of it between two indexes. */
export interface PlayPlan extends PlayOptions {
  /** Whole microseconds since the epoch; the range is half-open. */
  readonly fromMicros: number;
  readonly toMicros: number;
  /** Plays of the whole range. */
  readonly count: number;
  /** First and last index of the part that is wanted, both inclusive; by default all, 0 to count - 1. */
  readonly firstIndex?: number;
  readonly lastIndex?: number;
}

/**
 * Plays in the order of time, spread over the range by the hour of the day; a pure function of catalogue, range and
 * count: parts cut by index make up the whole. A record to be sent twice is marked and listed once.
 */
export function* planPlays(
  catalogue: Catalogue,
  plan: PlayPlan,
): Generator<PlayRecord, void> {
  const {
    fromMicros,
    toMicros,
    count,
    firstIndex = 0,
    lastIndex = count - 1,
  } = plan;
  const key = createRandomKey(catalogue.seed, fromMicros, toMicros, count);
  const source = {
    catalogue,
    key,
    mixIns: fillRates(plan.mixIns),
    allowedLatenessMicros:
      plan.allowedLatenessMicros ?? DEFAULT_ALLOWED_LATENESS_MICROS,
  };
  const placeInRange = spreadOverDay(fromMicros, toMicros);
  const jitter = new Random();
  for (let index = firstIndex; index <= lastIndex; index++) {
    // Somewhere within its share of the range, so that the order stays and the distances differ.
    const share =
      (index + jitter.start(key, STREAMS.playTime, index).nextUnit()) / count;
    yield makePlayRecord(source, index, placeInRange(share));
  }
}
