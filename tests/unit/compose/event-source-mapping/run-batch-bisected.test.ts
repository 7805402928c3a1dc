import { describe, expect, test } from "vitest";
import {
  failing,
  FAILURE,
  numbered,
  run,
  THROTTLED,
} from "./run-batch-scene.ts";

describe("18: a batch that is bisected", () => {
  test("is split in two, first half first, until one record is left, which alone spends attempts", async () => {
    const { attempts, outcomes, delivered, delays } = await run(
      [numbered(0, 3), numbered(1, 2)],
      (sent) =>
        sent.includes("0:1") ? FAILURE : { ...failing(), payload: null },
      { bisects: true },
    );

    expect(attempts).toStrictEqual([
      ["0:0", "0:1", "0:2", "1:0", "1:1"],
      ["0:0", "0:1", "0:2"],
      ["0:0", "0:1"],
      ["0:0"],
      ["0:1"],
      ["0:1"],
      ["0:1"],
      ["0:2"],
      ["1:0", "1:1"],
    ]);
    expect(delays).toStrictEqual([1000, 2000]);
    expect(outcomes).toStrictEqual([
      ["0:0", "succeeded"],
      ["0:1", "disposed"],
      ["0:2", "succeeded"],
      ["1:0", "succeeded"],
      ["1:1", "succeeded"],
    ]);
    expect(delivered).toMatchObject([
      {
        failure: { condition: "retries_exhausted", approximateInvokeCount: 6 },
      },
    ]);
  });

  test("is not split by a throttle", async () => {
    let throttles = 2;
    const { attempts } = await run(
      [numbered(0, 2)],
      () => (throttles-- > 0 ? THROTTLED : failing()),
      { bisects: true },
    );

    expect(attempts.map(({ length }) => length)).toStrictEqual([2, 2, 2]);
  });
});
