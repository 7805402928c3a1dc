import { expect, test } from "vitest";

import { drawActions, type Action } from "#tests/soak/actions.ts";

/** The first actions of a seed. */
function take(seed: number, count: number): Action[] {
  const actions = drawActions(seed);
  return Array.from({ length: count }, () => actions.next().value);
}

test("a seed draws the same sequence again, and another one another", () => {
  expect(take(1, 100)).toEqual(take(1, 100));
  expect(take(1, 100)).not.toEqual(take(2, 100));
});

test("a sequence begins with plays, and goes on to a calm period again and again", () => {
  const kinds = take(3, 500).map(({ kind }) => kind);

  expect(kinds[0]).toBe("produce");
  const rounds = kinds.join(" ").split(" calm ");
  expect(rounds.length).toBeGreaterThan(40);
  for (const round of rounds) expect(round.split(" ")[0]).toBe("produce");
});

test("every kind of action is drawn", () => {
  const kinds = new Set(take(4, 1000).map(({ kind }) => kind));

  expect([...kinds].sort()).toEqual([
    "arrive",
    "calm",
    "cut",
    "delay",
    "hold",
    "kill_runner",
    "late",
    "orphan",
    "pause_runner",
    "produce",
    "rebalance",
    "redrive",
    "repartition",
    "restart_kafka",
    "restart_postgres",
    "roll_runner",
  ]);
});
