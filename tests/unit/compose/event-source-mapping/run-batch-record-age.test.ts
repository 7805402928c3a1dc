import { describe, expect, test } from "vitest";
import { fetchedRecord, slice } from "./fetched-records.ts";
import { failing, numbered, run, THROTTLED } from "./run-batch-scene.ts";

describe("21: a record past its age", () => {
  test("goes to the destination at the next attempt, and the rest goes on", async () => {
    const aged = [
      slice(0, [
        fetchedRecord(0, { timestamp: "500" }),
        fetchedRecord(1, { timestamp: "40000" }),
      ]),
    ];
    const { attempts, outcomes, delivered } = await run(
      aged,
      (_, nowMs) => (nowMs < 63_000 ? THROTTLED : failing()),
      { maximumRecordAgeMs: 60_000 },
    );

    expect(attempts.at(-1)).toStrictEqual(["0:1"]);
    expect(outcomes).toStrictEqual([
      ["0:0", "disposed"],
      ["0:1", "succeeded"],
    ]);
    expect(delivered).toMatchObject([
      {
        failure: {
          condition: "record_age_exceeded",
          response: null,
          requestId: null,
          approximateInvokeCount: 0,
        },
      },
    ]);
  });

  test("is never one whose producer set no time", async () => {
    const { outcomesOf } = await run(
      [numbered(0, 3, "-70000")],
      () => failing(),
      { maximumRecordAgeMs: 60_000 },
    );

    expect(outcomesOf("succeeded")).toHaveLength(3);
  });

  test("ends a batch that is throttled for ever without another invocation", async () => {
    const { outcomesOf, attempts } = await run(
      [numbered(0, 2)],
      () => THROTTLED,
      { maximumRecordAgeMs: 60_000 },
    );

    expect(outcomesOf("disposed")).toStrictEqual(["0:0", "0:1"]);
    expect(attempts).toHaveLength(6);
  });
});
