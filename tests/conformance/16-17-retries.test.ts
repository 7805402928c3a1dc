import { expect, test } from "vitest";
import type { InvocationResult } from "#compose/event-source-mapping/invoker.ts";
import { createTopic } from "#tests/support/servers.ts";
import {
  committedOffsets,
  createHastyClock,
  FUNCTION_ERROR,
  produceNumbered,
  startMapping,
  SUCCESS,
  valuesOf,
} from "./mapping-under-test.ts";

// The clock's waits are those of retries alone: one poller at most looks for no others.
const PROVISIONED = { ProvisionedPollerConfig: { MaximumPollers: 1 } };

test("16: a function error fails the whole batch, which is retried until it succeeds", async () => {
  const topic = await createTopic();
  await produceNumbered(topic, [0], 2);
  const delays: number[] = [];

  const { mapping, events } = await startMapping(
    topic,
    PROVISIONED,
    (_, attempt) => (attempt <= 3 ? FUNCTION_ERROR : SUCCESS),
    { clock: createHastyClock(delays) },
  );

  await expect
    .poll(() => committedOffsets(mapping.groupId, topic))
    .toStrictEqual([2]);
  expect(events.map((event) => valuesOf([event]))).toStrictEqual(
    Array.from({ length: 4 }, () => ["0:0", "0:1"]),
  );
  // Before these, a group coordinator that is still loading may have been waited for.
  expect(delays.slice(-3)).toStrictEqual([1000, 2000, 4000]);
  expect(mapping.counters()).toMatchObject({
    InvokeErrorCount: 3,
    InvokedEventCount: 8,
    FailedInvokeEventCount: 6,
  });
});

test("16: when the retries are spent the batch is disposed of, and the partition goes on", async () => {
  const topic = await createTopic();
  await produceNumbered(topic, [0], 4);

  const { mapping, events } = await startMapping(
    topic,
    { ...PROVISIONED, BatchSize: 2, MaximumRetryAttempts: 2 },
    (event) => (valuesOf([event]).includes("0:0") ? FUNCTION_ERROR : SUCCESS),
    { clock: createHastyClock([]) },
  );

  await expect
    .poll(() => committedOffsets(mapping.groupId, topic))
    .toStrictEqual([4]);
  expect(events).toHaveLength(4);
  expect(mapping.counters()).toMatchObject({
    DroppedEventCount: 2,
    SucceededEventCount: 2,
  });
});

test("17: throttles and service errors spend no attempt, and wait for 1 s doubling to 30 s", async () => {
  const topic = await createTopic();
  await produceNumbered(topic, [0], 1);
  const delays: number[] = [];
  const hindrances: InvocationResult[] = [
    { kind: "throttled" },
    { kind: "service_error", message: "refused" },
  ];

  const { mapping } = await startMapping(
    topic,
    { ...PROVISIONED, MaximumRetryAttempts: 0 },
    (_, attempt) =>
      attempt <= 7 ? (hindrances[attempt % 2] ?? SUCCESS) : SUCCESS,
    { clock: createHastyClock(delays) },
  );

  await expect
    .poll(() => committedOffsets(mapping.groupId, topic))
    .toStrictEqual([1]);
  expect(delays).toStrictEqual([
    1000, 2000, 4000, 8000, 16_000, 30_000, 30_000,
  ]);
  expect(mapping.counters()).toMatchObject({
    SucceededEventCount: 1,
    DroppedEventCount: 0,
  });
});

test("16: a batch that failed by a fault of the mapping itself is not overtaken by the one behind it", async () => {
  const topic = await createTopic();
  await produceNumbered(topic, [0], 3);
  const clock = createHastyClock([]);
  let isFaulty = true;

  const { mapping, events } = await startMapping(
    topic,
    { ...PROVISIONED, BatchSize: 1 },
    (_, attempt) => (attempt === 1 ? FUNCTION_ERROR : SUCCESS),
    {
      clock: {
        ...clock,
        // Against its contract: the first back-off ends the batch without an outcome.
        delay: (...wait) => {
          if (!isFaulty) return clock.delay(...wait);
          isFaulty = false;
          return Promise.reject(new Error("the clock is broken"));
        },
      },
    },
  );

  await expect
    .poll(() => committedOffsets(mapping.groupId, topic), { timeout: 30_000 })
    .toStrictEqual([3]);
  expect(valuesOf(events)).toStrictEqual(["0:0", "0:0", "0:1", "0:2"]);
});
