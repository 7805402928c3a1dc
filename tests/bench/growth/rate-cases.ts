import { planPlainRate, type RatePlan } from "./rate-plan.ts";

/** A backlog whose rate may not fall below a share of another one's. */
export interface ComparedCase {
  readonly kind: "compared";
  readonly base: RatePlan;
  readonly plan: RatePlan;
  /** Least ratio of the rate to the base's. */
  readonly floor: number;
}

/** A backlog whose rate may not fall below a number of plays a second. */
export interface AbsoluteCase {
  readonly kind: "absolute";
  readonly plan: RatePlan;
  readonly floor: number;
}

/** Windows of `plays` plays against windows of a tenth of them. */
export interface ClosingCase {
  readonly kind: "closing";
  readonly plays: number;
  /** Least ratio of the time a play takes in the small window to that in the large one: 1 is proportional. */
  readonly floor: number;
}

export type GrowthCase = ComparedCase | AbsoluteCase | ClosingCase;

export const CASE_NAMES = [
  "time-ordered-ids",
  "random-ids",
  "late-plays",
  "a-million-users",
  "small-batches",
  "partitions",
  "closing",
] as const;
export type CaseName = (typeof CASE_NAMES)[number];

/** At 2,000 plays a second this is long against the functions' start; more would say nothing new. */
const MOST_PLAYS_IN_SMALL_BATCHES = 200_000;
const LATE_SHARE = 0.01;

/** What each case measures, for a backlog of `plays` and `facts` in the table before. */
export function planCase(
  name: CaseName,
  { plays, facts }: { readonly plays: number; readonly facts: number },
): GrowthCase {
  const plain = planPlainRate(plays);
  const compare = (
    floor: number,
    change: Partial<RatePlan>,
    base: RatePlan = plain,
  ): ComparedCase => ({
    kind: "compared",
    base,
    plan: { ...base, ...change },
    floor,
  });
  const cases: Readonly<Record<CaseName, GrowthCase>> = {
    "time-ordered-ids": compare(0.9, { facts }),
    "random-ids": compare(0.5, { facts }, { ...plain, ids: "random" }),
    "late-plays": compare(0.9, { facts }, { ...plain, lateShare: LATE_SHARE }),
    "a-million-users": compare(0.6, { users: 1_000_000 }),
    partitions: compare(0.9, { partitions: 100 }),
    "small-batches": {
      kind: "absolute",
      plan: {
        ...plain,
        plays: Math.min(plays, MOST_PLAYS_IN_SMALL_BATCHES),
        batchSize: 10,
      },
      floor: 2000,
    },
    closing: { kind: "closing", plays, floor: 0.8 },
  };
  return cases[name];
}
