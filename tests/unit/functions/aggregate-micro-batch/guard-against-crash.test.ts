import { expect, test } from "vitest";

import { guardAgainstCrash } from "#functions/aggregate-micro-batch/guard-against-crash.ts";
import type { RecordOutcome } from "#shared/domain/ledger.ts";
import { makeRecord } from "#tests/support/rows/make-records.ts";

const RECORD = makeRecord({ id: 1 });
const APPLIED: RecordOutcome[] = [
  { position: RECORD, outcome: { kind: "accepted", isLate: false } },
];
const DOWN = new Error("the database is dead");

test("a record is worked on in five attempts, and rejected in the sixth without being read", async () => {
  for (const attempt of [1, 5]) {
    const { steps, run } = prepare({ attempt });
    expect(await run()).toBe(APPLIED);
    expect(steps).toEqual(["begin", "work"]);
  }

  const { steps, run } = prepare({ attempt: 6 });
  await run();
  expect(steps).toEqual(["begin", "reject handler_crash"]);
});

test("a failure that the handler survives is no unfinished attempt", async () => {
  const { steps, run } = prepare({ failing: ["work"] });

  await expect(run()).rejects.toBe(DOWN);

  expect(steps).toEqual(["begin", "work", "end"]);
});

test("a rejection that fails comes again and is not forgotten", async () => {
  const { steps, run } = prepare({
    attempt: 6,
    failing: ["reject handler_crash"],
  });

  await expect(run()).rejects.toBe(DOWN);

  expect(steps).toEqual(["begin", "reject handler_crash"]);
});

test("a dead database counts nothing, and nothing is tried without it", async () => {
  const { steps, run } = prepare({ failing: ["begin"] });

  await expect(run()).rejects.toBe(DOWN);

  expect(steps).toEqual(["begin"]);
});

test("the work's own error is told where the database is gone too", async () => {
  const gone = new Error("gone");
  const { run } = prepare({ failing: ["end"], workError: gone });

  await expect(run()).rejects.toBe(gone);
});

/** The guard over ports that write down what is asked of them. */
function prepare({
  attempt = 1,
  failing = [],
  workError,
}: {
  readonly attempt?: number;
  readonly failing?: readonly string[];
  readonly workError?: Error;
}) {
  const steps: string[] = [];
  const note = async <Value>(step: string, value: Value): Promise<Value> => {
    steps.push(step);
    if (step === "work" && workError !== undefined) throw workError;
    if (failing.includes(step)) throw DOWN;
    return value;
  };
  const run = () =>
    guardAgainstCrash(
      RECORD,
      {
        beginAttempt: () => note("begin", attempt),
        endAttempt: () => note("end", undefined),
      },
      {
        work: () => note("work", APPLIED),
        reject: ({ plays, rejections }) => {
          expect(plays).toEqual([]);
          return note(`reject ${rejections.get(0)?.reason}`, APPLIED);
        },
      },
    );
  return { steps, run };
}
