import { createRandomKey, Random } from "#shared/domain/random.ts";

/** What is done to a running pipeline. Each holds all that it needs, so that any of them can be left out of a sequence. */
export type Action = Deed & {
  /** How long the pipeline works undisturbed before. */
  readonly afterMs: number;
};

export type Deed = Readonly<
  | { kind: "produce"; from: string; to: string; count: number }
  /** Plays of windows that closed long ago. */
  | { kind: "late"; at: string; count: number }
  /** Plays of a user who is not there yet. */
  | { kind: "orphan"; at: string; count: number; userId: number }
  /** The user that orphans wait for. */
  | { kind: "arrive"; userId: number }
  | { kind: "redrive" }
  | { kind: "kill_runner" }
  | { kind: "pause_runner"; seconds: number }
  /** A runner ends in order, and one of the other version of the code, with another batch size, takes its place. */
  | { kind: "roll_runner"; batchSize: number }
  /** A second runner joins, or leaves. */
  | { kind: "rebalance" }
  /** All connections to Postgres break. */
  | { kind: "cut" }
  /** Nothing passes between the runners and Postgres. */
  | { kind: "hold"; seconds: number }
  | { kind: "delay"; oneWayMs: number }
  | { kind: "restart_postgres"; signal: "SIGKILL" | "SIGQUIT" }
  | { kind: "restart_kafka"; signal: "SIGKILL" | "SIGTERM" }
  /** A partition more. */
  | { kind: "repartition" }
  /** No more faults: what was lost comes, everything is drained, and the invariants are checked. */
  | { kind: "calm" }
>;
export type ActionKind = Action["kind"];

export const CALM: Action = { kind: "calm", afterMs: 0 };

/** How often each is drawn; `calm` has its own place. */
const WEIGHTS: Readonly<Record<Exclude<ActionKind, "calm">, number>> = {
  produce: 8,
  late: 2,
  orphan: 2,
  arrive: 1,
  redrive: 1,
  kill_runner: 3,
  pause_runner: 1,
  roll_runner: 1,
  rebalance: 2,
  cut: 3,
  hold: 1,
  delay: 1,
  restart_postgres: 2,
  restart_kafka: 1,
  repartition: 0.5,
};
const KINDS = Object.entries(WEIGHTS).flatMap(([kind, weight]) =>
  Array.from({ length: weight * 2 }, () => kind),
);

/** Actions between two calm periods. */
const LEAST_PER_ROUND = 5;
const MORE_PER_ROUND = 6;
/** Event time that passes with each action. */
const STEP_MS = 7 * 60_000;
const FIRST_MS = Date.UTC(2026, 2, 1);
const LATE_MS = 5 * 3_600_000;
const FIRST_USER = 10_000;
const MOST_PAUSE_SECONDS = 8;
const MOST_BETWEEN_MS = 2000;

/** Whether a user is one of those whose plays come first. */
export const isAwaitedUser = (userId: number): boolean => userId >= FIRST_USER;

/** The endless sequence of a seed: rounds of actions, each with a calm period at its end; the first one produces. */
export function* drawActions(seed: number): Generator<Action, never> {
  const random = new Random().start(createRandomKey(seed), 0, 0);
  let index = 0;
  for (;;) {
    const awaited: number[] = [];
    const length = LEAST_PER_ROUND + random.nextBelow(MORE_PER_ROUND);
    for (let place = 0; place < length; place += 1) {
      const kind = place === 0 ? "produce" : random.nextItem(KINDS);
      const deed = fillIn(kind, index, random, awaited);
      if (deed.kind === "orphan") awaited.push(deed.userId);
      yield { ...deed, afterMs: random.nextBelow(MOST_BETWEEN_MS) };
      index += 1;
    }
    yield CALM;
  }
}

const at = (ms: number): string => new Date(ms).toISOString();

function fillIn(
  kind: string,
  index: number,
  random: Random,
  awaited: readonly number[],
): Deed {
  const startMs = FIRST_MS + index * STEP_MS;
  const seconds = 1 + random.nextBelow(MOST_PAUSE_SECONDS);
  switch (kind) {
    case "produce":
      return {
        kind,
        from: at(startMs),
        to: at(startMs + STEP_MS),
        count: 100 + random.nextBelow(400),
      };
    case "late":
      return {
        kind,
        at: at(startMs - LATE_MS),
        count: 1 + random.nextBelow(50),
      };
    case "orphan":
      return {
        kind,
        at: at(startMs),
        count: 1 + random.nextBelow(50),
        userId: FIRST_USER + index,
      };
    case "arrive":
      return {
        kind,
        userId: awaited.length > 0 ? random.nextItem(awaited) : FIRST_USER,
      };
    case "pause_runner":
    case "hold":
      return { kind, seconds };
    case "roll_runner":
      return { kind, batchSize: random.nextItem([10, 100, 10_000]) };
    case "delay":
      return { kind, oneWayMs: random.nextItem([0, 5, 50]) };
    case "restart_postgres":
      return { kind, signal: random.nextItem(["SIGKILL", "SIGQUIT"] as const) };
    case "restart_kafka":
      return { kind, signal: random.nextItem(["SIGKILL", "SIGTERM"] as const) };
    case "redrive":
    case "kill_runner":
    case "rebalance":
    case "cut":
    case "repartition":
      return { kind };
    default:
      throw new RangeError(`There is no action ${kind}.`);
  }
}
