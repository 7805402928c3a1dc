import { describe, expect, test } from "vitest";
import { failing, numbered, run, type Answer } from "./run-batch-scene.ts";

/** Two records fail at the first attempt, none after it. */
function onceFailing(): Answer {
  let isFirst = true;
  return () => {
    if (!isFirst) return failing();
    isFirst = false;
    return failing("0:1", "0:3");
  };
}

describe("19 and 20: a partial failure", () => {
  test("has only the listed records sent again, in order, after a back-off", async () => {
    const { attempts, outcomes, delays, counters } = await run(
      [numbered(0, 5), numbered(1, 1)],
      onceFailing(),
      { partialFailures: "listed" },
    );

    expect(attempts[1]).toStrictEqual(["0:1", "0:3"]);
    expect(outcomes.map(([name]) => name)).toStrictEqual([
      "0:0",
      "0:2",
      "0:4",
      "1:0",
      "0:1",
      "0:3",
    ]);
    expect(delays).toStrictEqual([1000]);
    expect(counters).toMatchObject({
      InvokedEventCount: 8,
      FailedInvokeEventCount: 2,
      InvokeErrorCount: 0,
    });
  });

  test("in the strict reading has everything sent again from the lowest of each partition", async () => {
    const { attempts } = await run(
      [numbered(0, 5), numbered(1, 1)],
      onceFailing(),
      { partialFailures: "from_lowest" },
    );

    expect(attempts[1]).toStrictEqual(["0:1", "0:2", "0:3", "0:4"]);
  });

  test("spends an attempt, is not split, and ends at the destination without a function error", async () => {
    const { attempts, outcomesOf, delivered } = await run(
      [numbered(0, 4)],
      () => failing("0:1", "0:2"),
      { partialFailures: "listed", bisects: true },
    );

    expect(attempts.slice(1)).toStrictEqual([
      ["0:1", "0:2"],
      ["0:1", "0:2"],
    ]);
    expect(outcomesOf("disposed")).toStrictEqual(["0:1", "0:2"]);
    expect(delivered).toMatchObject([
      {
        failure: {
          response: { functionError: null },
          approximateInvokeCount: 3,
        },
      },
    ]);
  });

  test("that names a record outside the event fails the whole batch", async () => {
    const { attempts, outcomesOf } = await run(
      [numbered(0, 2)],
      () => failing("0:0", "0:9"),
      { partialFailures: "listed" },
    );

    expect(attempts).toHaveLength(3);
    expect(outcomesOf("disposed")).toStrictEqual(["0:0", "0:1"]);
  });

  test("is ignored unless declared", async () => {
    const { attempts, outcomesOf } = await run([numbered(0, 2)], () =>
      failing("0:0"),
    );

    expect(attempts).toHaveLength(1);
    expect(outcomesOf("succeeded")).toHaveLength(2);
  });
});
