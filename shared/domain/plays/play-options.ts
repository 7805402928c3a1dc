import type { MixInRates } from "./mix-ins.ts";

/** What may be chosen for any run of plays. */
export interface PlayOptions {
  /** What is not given is not mixed in. */
  readonly mixIns?: Partial<MixInRates>;
  /** The consumers' setting, from which out-of-order and late plays are told apart. */
  readonly allowedLatenessMicros?: number;
}

export const DEFAULT_ALLOWED_LATENESS_MICROS = 10 * 60 * 1_000_000;
