import { expect, test } from "vitest";
import { createTopic } from "#tests/support/servers.ts";
import {
  expectConservation,
  FUNCTION_ERROR,
  produceNumbered,
  startMapping,
  SUCCESS,
  valuesOf,
} from "./mapping-under-test.ts";

test("27: each record counts once: filtered, succeeded, or delivered to the destination", async () => {
  const topic = await createTopic();
  const letters = await createTopic();
  // of ten records two are filtered out, and of two batches of four the first fails
  await produceNumbered(topic, [0], 10);

  const { mapping } = await startMapping(
    topic,
    {
      BatchSize: 4,
      MaximumBatchingWindowInSeconds: 30,
      ProvisionedPollerConfig: {},
      FilterCriteria: {
        Filters: [{ Pattern: '{"value":[{"anything-but":["0:0","0:1"]}]}' }],
      },
      MaximumRetryAttempts: 0,
      DestinationConfig: { OnFailure: { Destination: `kafka://${letters}` } },
    },
    (event) => (valuesOf([event]).includes("0:2") ? FUNCTION_ERROR : SUCCESS),
  );

  await expect.poll(() => mapping.counters().CommittedEventCount).toBe(10);
  expect(mapping.counters()).toStrictEqual({
    PolledEventCount: 10,
    FilteredOutEventCount: 2,
    InvokedEventCount: 8,
    FailedInvokeEventCount: 4,
    SucceededEventCount: 4,
    OnFailureDestinationDeliveredEventCount: 4,
    OnFailureDestinationDeliveryErrorCount: 0,
    DroppedEventCount: 0,
    PendingEventCount: 0,
    CommittedEventCount: 10,
    InvokeErrorCount: 1,
    CommitErrorCount: 0,
    OffsetOutOfRangeCount: 0,
    MaxOffsetLag: 0,
    SumOffsetLag: 0,
  });
});

test("27: what waits for a retry is pending, and the lag says how far the group is behind", async () => {
  const topic = await createTopic({ partitions: 2 });
  await produceNumbered(topic, [0, 1], 5);

  const { mapping, events } = await startMapping(
    topic,
    { BatchSize: 10, MaximumBatchingWindowInSeconds: 30 },
    () => ({ kind: "throttled" }),
  );

  await expect.poll(() => events.length).toBe(1);
  expect(mapping.counters()).toMatchObject({
    PolledEventCount: 10,
    PendingEventCount: 10,
    MaxOffsetLag: 5,
    SumOffsetLag: 10,
  });
  expectConservation(mapping);
});

test("27: the check of the sum notices a record that is counted twice", async () => {
  const topic = await createTopic();
  const { mapping } = await startMapping(topic, {}, () => SUCCESS);
  const counters = mapping.counters();

  const doubled = {
    ...mapping,
    counters: () => ({ ...counters, SucceededEventCount: 1 }),
  };

  expect(() => expectConservation(doubled)).toThrow(/expected \+?0 to be 1/);
});
