import { expect, test } from "vitest";

import { CASE_NAMES, planCase } from "#tests/bench/growth/rate-cases.ts";

const SIZES = { plays: 500_000, facts: 20_000_000 };

test("a base is never preloaded, and has the users and partitions of the published numbers", () => {
  const bases = CASE_NAMES.map((name) => planCase(name, SIZES)).flatMap(
    (found) => (found.kind === "compared" ? [found.base] : []),
  );

  expect(bases).toHaveLength(5);
  for (const base of bases)
    expect(base).toMatchObject({ facts: 0, users: 10_000, partitions: 10 });
});

test.for([
  ["time-ordered-ids", 0.9, { facts: 20_000_000 }],
  ["random-ids", 0.5, { facts: 20_000_000 }],
  ["late-plays", 0.9, { facts: 20_000_000 }],
  ["a-million-users", 0.6, { users: 1_000_000 }],
  ["partitions", 0.9, { partitions: 100 }],
] as const)(
  "%s differs from its base in nothing else",
  ([name, floor, change]) => {
    const found = planCase(name, SIZES);
    if (found.kind !== "compared") throw new Error("it has no base");

    expect(found.floor).toBe(floor);
    expect(found.plan).toEqual({ ...found.base, ...change });
  },
);

test("random ids and late plays are those of the base, too", () => {
  expect(planCase("random-ids", SIZES)).toMatchObject({
    base: { ids: "random", lateShare: 0 },
  });
  expect(planCase("late-plays", SIZES)).toMatchObject({
    base: { ids: "time-ordered", lateShare: 0.01 },
  });
});

test("micro-batches of ten plays are held to a number, on no more plays than that needs", () => {
  expect(planCase("small-batches", SIZES)).toMatchObject({
    kind: "absolute",
    floor: 2000,
    plan: { batchSize: 10, plays: 200_000 },
  });
  expect(planCase("small-batches", { ...SIZES, plays: 100 })).toMatchObject({
    plan: { plays: 100 },
  });
});
