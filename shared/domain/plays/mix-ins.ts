import { STREAMS } from "#shared/domain/catalogue/streams.ts";
import { Random, type RandomKey } from "#shared/domain/random.ts";

/** Shares of the plays, 0 to 1, that are not as they should be; all but `duplicates` exclude each other. */
export interface MixInRates {
  /** Their windows have closed long ago. */
  readonly late: number;
  /** Behind their neighbours, within the allowed lateness. */
  readonly outOfOrder: number;
  /** Refer to one entity that the catalogue does not have. */
  readonly orphans: number;
  /** Are no play at all, in many ways. */
  readonly malformed: number;
  /** Sent once more, byte for byte. */
  readonly duplicates: number;
}

const NO_MIX_INS: MixInRates = {
  late: 0,
  outOfOrder: 0,
  orphans: 0,
  malformed: 0,
  duplicates: 0,
};

/** The rates with those that are not given at 0. */
export function fillRates(rates: Partial<MixInRates> = {}): MixInRates {
  // The very same object when nothing is wanted, by which a benchmark's plays are spared the decision.
  return Object.values(rates).some((rate) => rate > 0)
    ? { ...NO_MIX_INS, ...rates }
    : NO_MIX_INS;
}

/** What a play turned out to be. */
export type PlayKind =
  "regular" | "late" | "outOfOrder" | "orphan" | "malformed";

/** What is mixed into the play of an index; `random` goes on for whatever else the kind has to draw. */
export interface MixIn {
  readonly kind: PlayKind;
  readonly isDuplicate: boolean;
  readonly random: Random;
}

const random = new Random();
const NOTHING_MIXED_IN: MixIn = { kind: "regular", isDuplicate: false, random };

/** Decides from (key, index) alone; valid until the next call. */
export function decideMixIn(
  rates: MixInRates,
  key: RandomKey,
  index: number,
): MixIn {
  if (rates === NO_MIX_INS) return NOTHING_MIXED_IN;
  random.start(key, STREAMS.mixIn, index);
  const isDuplicate = random.nextChance(rates.duplicates);
  const unit = random.nextUnit();
  let end = 0;
  const isBelowNext = (rate: number) => unit < (end += rate);
  if (isBelowNext(rates.late)) return { kind: "late", isDuplicate, random };
  if (isBelowNext(rates.outOfOrder))
    return { kind: "outOfOrder", isDuplicate, random };
  if (isBelowNext(rates.orphans))
    return { kind: "orphan", isDuplicate, random };
  if (isBelowNext(rates.malformed))
    return { kind: "malformed", isDuplicate, random };
  return { kind: "regular", isDuplicate, random };
}
