import type { Catalogue } from "#shared/domain/catalogue/catalogue.ts";
import { STREAMS } from "#shared/domain/catalogue/streams.ts";
import { createRandomKey, Random } from "#shared/domain/random.ts";

import { makePlayRecord, type PlayRecord } from "./make-play-record.ts";
import { fillRates } from "./mix-ins.ts";
import {
  DEFAULT_ALLOWED_LATENESS_MICROS,
  type PlayOptions,
} from "./play-options.ts";

/** The plays of a steady rate that fall into a period. */
export interface LivePeriod extends PlayOptions {
  /** Plays per second, above 0. */
  readonly rate: number;
  /** Whole microseconds since the epoch; the period is half-open. */
  readonly fromMicros: number;
  readonly toMicros: number;
}

const MICROS_PER_SECOND = 1_000_000;

/**
 * Plays in the order of time; play k happens within [k / rate, (k + 1) / rate) seconds since the epoch. So however
 * time is cut into periods, the same plays come out with the same ids, each once. What is mixed in may move a
 * play's own time back, never its place in this order. A record to be sent twice is marked and listed once.
 */
export function* livePlays(
  catalogue: Catalogue,
  period: LivePeriod,
): Generator<PlayRecord, void> {
  const { rate, fromMicros, toMicros } = period;
  const key = createRandomKey(catalogue.seed, rate);
  const source = {
    catalogue,
    key,
    mixIns: fillRates(period.mixIns),
    allowedLatenessMicros:
      period.allowedLatenessMicros ?? DEFAULT_ALLOWED_LATENESS_MICROS,
  };
  const jitter = new Random();
  const slotMicros = MICROS_PER_SECOND / rate;
  // One index more on either side: rounding may not lose a play, and the time decides alone.
  const firstIndex = Math.max(0, Math.floor(fromMicros / slotMicros) - 1);
  const lastIndex = Math.ceil(toMicros / slotMicros) + 1;
  for (let index = firstIndex; index <= lastIndex; index++) {
    const timeMicros = Math.floor(
      (index + jitter.start(key, STREAMS.playTime, index).nextUnit()) *
        slotMicros,
    );
    if (timeMicros >= fromMicros && timeMicros < toMicros)
      yield makePlayRecord(source, index, timeMicros);
  }
}
