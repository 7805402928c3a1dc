import { beforeEach, describe, expect, test } from "vitest";
import { createCounters } from "#compose/event-source-mapping/counters.ts";
import type { InvocationResult } from "#compose/event-source-mapping/invoker.ts";
import {
  disposeOversized,
  runBatch,
} from "#compose/event-source-mapping/run-batch.ts";
import type {
  BatchEnvironment,
  Resolution,
} from "#compose/event-source-mapping/run-batch.ts";
import { fetchedRecord, FORMAT, slice } from "./fetched-records.ts";

const SUCCESS: InvocationResult = {
  kind: "success",
  requestId: "r",
  payload: null,
};
const FAILURE: InvocationResult = {
  kind: "function_error",
  requestId: "r",
  functionError: "Unhandled",
  payload: Buffer.from('{"errorMessage":"no"}'),
};
const THROTTLED: InvocationResult = { kind: "throttled" };
const RECORDS = [fetchedRecord(4), fetchedRecord(5)];
const SLICE = slice(1, RECORDS);

let delays: number[];
let problems: string[];
let results: (InvocationResult | Error)[];
let delivered: unknown[];
let environment: BatchEnvironment;

beforeEach(() => {
  delays = [];
  problems = [];
  delivered = [];
  environment = {
    functionName: "example",
    format: FORMAT,
    invoker: {
      invoke: () => {
        const next = results.length > 1 ? results.shift() : results[0];
        return next instanceof Error
          ? Promise.reject(next)
          : Promise.resolve(next ?? SUCCESS);
      },
    },
    clock: {
      now: () => 0,
      elapsed: () => 0,
      delay: (durationMs) => {
        delays.push(durationMs);
        return Promise.resolve();
      },
    },
    retryPolicy: {
      maximumRetryAttempts: -1,
      hasDestination: false,
      maximumRetriesWithDestination: 10,
    },
    backoff: { firstBackoffMs: 1000, maximumBackoffMs: 30_000 },
    bisects: false,
    partialFailures: null,
    maximumRecordAgeMs: null,
    destination: null,
    counters: createCounters(),
    onProblem: (problem) => problems.push(problem),
  };
});

const run = (
  changes: Partial<BatchEnvironment> = {},
  signal = new AbortController().signal,
) => resolve({ ...environment, ...changes }, signal);

async function resolve(
  changed: BatchEnvironment,
  signal: AbortSignal,
): Promise<unknown> {
  const resolutions: Resolution[] = [];
  await runBatch(changed, [SLICE], signal, (resolution) =>
    resolutions.push(resolution),
  );
  if (resolutions.length === 0) return { kind: "abandoned" };
  expect(resolutions).toHaveLength(1);
  const { slices, ...outcome } = resolutions[0] ?? { slices: [] };
  expect(slices).toStrictEqual([SLICE]);
  return outcome;
}

const destination = (
  deliveredCount: number,
  errors: Error[] = [],
): BatchEnvironment["destination"] => ({
  deliver: (batch) => {
    delivered.push(batch);
    return Promise.resolve({ deliveredCount, errors });
  },
  close: () => Promise.resolve(),
});

describe("a batch", () => {
  test("that fails is tried again until it succeeds, waiting longer each time", async () => {
    results = [FAILURE, FAILURE, FAILURE, SUCCESS];

    expect(await run()).toStrictEqual({ kind: "succeeded" });
    expect(delays).toStrictEqual([1000, 2000, 4000]);
    expect(environment.counters).toMatchObject({
      InvokedEventCount: 8,
      FailedInvokeEventCount: 6,
      InvokeErrorCount: 3,
    });
    expect(problems[0]).toContain('{"errorMessage":"no"}');
  });

  test("without a destination is dropped when its retries are spent", async () => {
    results = [FAILURE];
    const retryPolicy = {
      maximumRetryAttempts: 2,
      hasDestination: false,
      maximumRetriesWithDestination: 10,
    };

    expect(await run({ retryPolicy })).toStrictEqual({
      kind: "disposed",
      deliveredCount: 0,
      droppedCount: 2,
    });
    expect(environment.counters.InvokeErrorCount).toBe(3);
  });

  test("with a destination goes there after ten retries", async () => {
    results = [FAILURE];
    const retryPolicy = {
      maximumRetryAttempts: -1,
      hasDestination: true,
      maximumRetriesWithDestination: 10,
    };

    const outcome = await run({ retryPolicy, destination: destination(2) });

    expect(outcome).toStrictEqual({
      kind: "disposed",
      deliveredCount: 2,
      droppedCount: 0,
    });
    expect(environment.counters.InvokeErrorCount).toBe(11);
    const failure = {
      condition: "retries_exhausted",
      requestId: "r",
      response: { functionError: "Unhandled" },
      approximateInvokeCount: 11,
    };
    expect(delivered).toStrictEqual([{ slices: [SLICE], failure }]);
  });

  test("whose destination fails is dropped as far as it was not delivered", async () => {
    results = [FAILURE];
    const retryPolicy = {
      maximumRetryAttempts: 0,
      hasDestination: true,
      maximumRetriesWithDestination: 10,
    };

    const outcome = await run({
      retryPolicy,
      destination: destination(1, [new Error("topic is gone")]),
    });

    expect(outcome).toStrictEqual({
      kind: "disposed",
      deliveredCount: 1,
      droppedCount: 1,
    });
    expect(problems).toContainEqual(expect.stringContaining("topic is gone"));
  });

  test.each([
    ["a throttle", THROTTLED],
    ["a service error", { kind: "service_error", message: "refused" } as const],
    ["an invoker that throws", new Error("refused")],
  ])("does not spend an attempt on %s", async (_, hindrance) => {
    results = [hindrance, hindrance, hindrance, FAILURE, hindrance, SUCCESS];
    const retryPolicy = {
      maximumRetryAttempts: 1,
      hasDestination: false,
      maximumRetriesWithDestination: 10,
    };

    expect(await run({ retryPolicy })).toStrictEqual({ kind: "succeeded" });
  });

  test("whose signal is aborted while it runs still succeeds, but is not tried again", async () => {
    const running = new AbortController();
    const invoker = {
      invoke: () => {
        running.abort();
        return Promise.resolve(SUCCESS);
      },
    };
    expect(await run({ invoker }, running.signal)).toStrictEqual({
      kind: "succeeded",
    });
    const failing = new AbortController();
    const failingInvoker = {
      invoke: () => {
        failing.abort();
        return Promise.resolve(FAILURE);
      },
    };
    expect(
      await run({ invoker: failingInvoker }, failing.signal),
    ).toStrictEqual({ kind: "abandoned" });
  });
});

test("a record that no event can hold goes to the destination without an invocation", async () => {
  results = [];
  const oversized = slice(1, RECORDS.slice(0, 1));

  const outcome = await disposeOversized(
    { ...environment, destination: destination(1) },
    oversized,
  );

  expect(outcome).toStrictEqual({
    kind: "disposed",
    slices: [oversized],
    deliveredCount: 1,
    droppedCount: 0,
  });
  expect(delivered).toMatchObject([
    {
      failure: { condition: "maximum_payload_size_exceeded", response: null },
    },
  ]);
  expect(environment.counters.InvokedEventCount).toBe(0);
});
