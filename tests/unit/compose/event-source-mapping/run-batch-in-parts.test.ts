import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { createCounters } from "#compose/event-source-mapping/counters.ts";
import {
  createEventFormat,
  type PartitionSlice,
} from "#compose/event-source-mapping/encode-event.ts";
import {
  encodedRecordBytes,
  recordPrefix,
} from "#compose/event-source-mapping/encode-record.ts";
import type { FetchedRecord } from "#compose/event-source-mapping/encode-record.ts";
import type { InvocationResult } from "#compose/event-source-mapping/invoker.ts";
import type { FailedBatch } from "#compose/event-source-mapping/on-failure-destination.ts";
import { runBatch } from "#compose/event-source-mapping/run-batch.ts";
import type { BatchEnvironment } from "#compose/event-source-mapping/run-batch.ts";
import { fetchedRecord } from "./fetched-records.ts";

const FORMAT = createEventFormat(
  { kind: "SelfManagedKafka", bootstrapServers: ["b:1"] },
  ["b:1"],
  "plays",
);
const FAILURE: InvocationResult = {
  kind: "function_error",
  requestId: "r",
  functionError: "Unhandled",
  payload: null,
};
const THROTTLED: InvocationResult = { kind: "throttled" };

/** Records as `<partition>:<offset>`. */
type Sent = readonly string[];
type Answer = (sent: Sent, nowMs: number) => InvocationResult;

const failing = (...records: string[]): InvocationResult => ({
  kind: "success",
  requestId: "r",
  payload: Buffer.from(
    JSON.stringify({
      batchItemFailures: records.map((record) => {
        const [partition, offset] = record.split(":");
        return {
          itemIdentifier: {
            partition: `plays-${partition}`,
            offset: Number(offset),
          },
        };
      }),
    }),
  ),
});

function slice(
  partition: number,
  records: readonly FetchedRecord[],
): PartitionSlice {
  const prefix = recordPrefix("plays", partition);
  return {
    partition,
    records,
    encodedBytes: records.reduce(
      (bytes, record) => bytes + encodedRecordBytes(prefix, record) + 1,
      -1,
    ),
  };
}

const numbered = (partition: number, count: number, timestamp = "0") =>
  slice(
    partition,
    Array.from({ length: count }, (_, offset) =>
      fetchedRecord(offset, { timestamp }),
    ),
  );

const namesOf = (slices: readonly PartitionSlice[]): string[] =>
  slices.flatMap(({ partition, records }) =>
    records.map(({ offset }) => `${partition}:${offset}`),
  );

async function run(
  slices: readonly PartitionSlice[],
  answer: Answer,
  changes: Partial<BatchEnvironment> = {},
) {
  const attempts: string[][] = [];
  const outcomes: [string, string][] = [];
  const delivered: FailedBatch[] = [];
  const delays: number[] = [];
  const counters = createCounters();
  let nowMs = 0;
  await runBatch(
    {
      functionName: "example",
      format: FORMAT,
      invoker: {
        invoke: (_, payload) => {
          const {
            records,
          }: {
            records: Record<string, { partition: number; offset: number }[]>;
          } = JSON.parse(Buffer.from(payload).toString("utf8"));
          const sent = Object.values(records)
            .flat()
            .map(({ partition, offset }) => `${partition}:${offset}`);
          attempts.push(sent);
          return Promise.resolve(answer(sent, nowMs));
        },
      },
      clock: {
        now: () => nowMs,
        delay: (durationMs) => {
          delays.push(durationMs);
          nowMs += durationMs;
          return Promise.resolve();
        },
      },
      retryPolicy: {
        maximumRetryAttempts: 2,
        hasDestination: true,
        maximumRetriesWithDestination: 10,
      },
      backoff: { firstBackoffMs: 1000, maximumBackoffMs: 30_000 },
      bisects: false,
      partialFailures: null,
      maximumRecordAgeMs: null,
      destination: {
        deliver: (batch) => {
          delivered.push(batch);
          return Promise.resolve({
            deliveredCount: namesOf(batch.slices).length,
            errors: [],
          });
        },
        close: () => Promise.resolve(),
      },
      counters,
      onProblem: () => undefined,
      ...changes,
    },
    slices,
    new AbortController().signal,
    (resolution) => {
      for (const name of namesOf(resolution.slices))
        outcomes.push([name, resolution.kind]);
    },
  );
  const outcomesOf = (kind: string) =>
    outcomes.filter(([, outcome]) => outcome === kind).map(([name]) => name);
  return { attempts, outcomes, outcomesOf, delivered, delays, counters };
}

/** Two records fail at the first attempt, none after it. */
function onceFailing(): Answer {
  let isFirst = true;
  return () => {
    if (!isFirst) return failing();
    isFirst = false;
    return failing("0:1", "0:3");
  };
}

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

test("27: whatever the function answers, every record comes to one outcome, and every event is in order", async () => {
  const step = fc.oneof(
    fc.constant("success" as const),
    fc.constant("error" as const),
    fc.constant("throttle" as const),
    fc.constant("invalid" as const),
    fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 5 }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 4 }),
      fc.array(step, { maxLength: 30 }),
      fc.record({
        bisects: fc.boolean(),
        partialFailures: fc.constantFrom(null, "listed", "from_lowest"),
        maximumRecordAgeMs: fc.constantFrom(null, 60_000),
      }),
      async (counts, script, changes) => {
        const slices = counts.map((count, partition) =>
          numbered(partition, count),
        );
        const steps = [...script];
        const { attempts, outcomes, counters } = await run(
          slices,
          (sent) => {
            const next = steps.shift() ?? "success";
            if (next === "success") return failing();
            if (next === "error") return FAILURE;
            if (next === "throttle") return THROTTLED;
            if (next === "invalid") return failing("9:9");
            return failing(
              ...next.map((index) => sent[index % sent.length] ?? ""),
            );
          },
          changes,
        );

        expect(outcomes.map(([name]) => name).toSorted()).toStrictEqual(
          namesOf(slices).toSorted(),
        );
        for (const sent of attempts) {
          const inOrder = sent.toSorted((a, b) =>
            a.localeCompare(b, "en", { numeric: true }),
          );
          expect(sent).toStrictEqual(inOrder);
        }
        expect(counters.InvokedEventCount).toBe(attempts.flat().length);
      },
    ),
  );
});
