import type { SampledSession, SampledWait, WaitSample } from "./wait-sample.ts";

/** The function whose invocations are not to wait for each other. */
export const INVOCATION = "aggregate-micro-batch";
const CLOSING_FUNCTION = "close-windows";

/** What a session does for the pipeline. */
export type Part = "invocation" | "closer" | "other";

/** One wait for a lock, however many samples have seen it. */
export interface LockWait {
  readonly waiter: Part;
  readonly blockers: readonly Part[];
  readonly event: string;
  /** From its beginning until it was seen last, milliseconds: short of the whole by one interval at most. */
  readonly waited_ms: number;
  readonly statement: string;
  readonly blocking_statements: readonly string[];
}

/** Waits that belong together. */
export interface WaitGroup {
  readonly count: number;
  /** 0 where there were none. */
  readonly longest_ms: number;
  /** The longest ones first, five at most. */
  readonly longest: readonly LockWait[];
}

/** What the samples of one span say. */
export interface ClassifiedWaits {
  readonly samples: number;
  /** Between two samples, milliseconds: a wait that is shorter may have been missed. */
  readonly median_interval_ms: number;
  readonly longest_interval_ms: number;
  /** An invocation waited for another one. */
  readonly between_invocations: WaitGroup;
  /** An invocation waited while another one added pages to a file: for that moment, not until its transaction ended. */
  readonly file_growth: WaitGroup;
  /** The closer waited, or was waited for. */
  readonly closer: WaitGroup;
  /** The lock was granted before the blocker could be read, or somebody else was in the way. */
  readonly other: WaitGroup;
  /** Samples by the name of what was waited for in memory. */
  readonly lwlock_samples: Readonly<Record<string, number>>;
}

/** The closer has a role of its own, and an invocation that closes windows a second connection under it. */
export function namePart({ role, application }: SampledSession): Part {
  if (role === "closer")
    return application === INVOCATION || application === CLOSING_FUNCTION
      ? "closer"
      : "other";
  return application === INVOCATION ? "invocation" : "other";
}

const isClosers = ({ waiter, blockers }: LockWait): boolean =>
  waiter === "closer" || blockers.includes("closer");

/** The wait event of Postgres's lock on the end of a relation's file. */
const EXTEND = "extend";

const isBetween = ({ waiter, blockers }: LockWait): boolean =>
  waiter === "invocation" && blockers.includes("invocation");
const isFileGrowth = (wait: LockWait): boolean =>
  isBetween(wait) && wait.event === EXTEND;
const isBetweenInvocations = (wait: LockWait): boolean =>
  isBetween(wait) && wait.event !== EXTEND;

/** Sorts what was seen; pure. */
export function classifyWaits(samples: readonly WaitSample[]): ClassifiedWaits {
  const waits = listLockWaits(samples);
  const intervals = samples
    .slice(1)
    .map(({ at_ms: at }, index) => at - (samples[index]?.at_ms ?? at))
    .toSorted((a, b) => a - b);
  return {
    samples: samples.length,
    median_interval_ms: intervals[Math.floor(intervals.length / 2)] ?? 0,
    longest_interval_ms: intervals.at(-1) ?? 0,
    between_invocations: group(waits.filter(isBetweenInvocations)),
    file_growth: group(waits.filter(isFileGrowth)),
    closer: group(waits.filter(isClosers)),
    other: group(waits.filter((wait) => !isClosers(wait) && !isBetween(wait))),
    lwlock_samples: countLightweight(samples),
  };
}

/** Joins what several samples have seen of one wait; who was in the way in any of them, was in the way. */
function listLockWaits(samples: readonly WaitSample[]): LockWait[] {
  const found = new Map<string, LockWait>();
  for (const { at_ms: at, waits } of samples) {
    for (const wait of waits.filter(({ type }) => type === "Lock")) {
      // Without its beginning it is a wait of its own in every sample: rather counted twice than not at all.
      const id = `${wait.pid} ${wait.since_ms ?? `at ${at}`}`;
      found.set(id, describe(wait, at, found.get(id)));
    }
  }
  return [...found.values()];
}

function describe(
  wait: SampledWait,
  at: number,
  before: LockWait | undefined,
): LockWait {
  return {
    waiter: namePart(wait),
    blockers: unite(before?.blockers, wait.blockers.map(namePart)),
    event: wait.event,
    waited_ms: Math.max(0, Math.round(at - (wait.since_ms ?? at))),
    statement: wait.statement,
    blocking_statements: unite(
      before?.blocking_statements,
      wait.blockers.map(({ statement }) => statement),
    ),
  };
}

const unite = <Item>(
  before: readonly Item[] = [],
  now: readonly Item[],
): Item[] => [...new Set([...before, ...now])];

const SHOWN = 5;

function group(waits: readonly LockWait[]): WaitGroup {
  const longest = waits.toSorted((a, b) => b.waited_ms - a.waited_ms);
  return {
    count: waits.length,
    longest_ms: longest[0]?.waited_ms ?? 0,
    longest: longest.slice(0, SHOWN),
  };
}

function countLightweight(
  samples: readonly WaitSample[],
): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const { waits } of samples)
    for (const { event } of waits.filter(({ type }) => type === "LWLock"))
      counts[event] = (counts[event] ?? 0) + 1;
  return counts;
}
