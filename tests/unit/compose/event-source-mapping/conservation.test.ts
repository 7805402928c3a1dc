import * as fc from "fast-check";
import { expect, test } from "vitest";
import {
  runToRest,
  STARTED_AT_MS,
  type RunPlan,
  type Step,
} from "./conservation-run.ts";

const calmStep: fc.Arbitrary<Step> = fc.oneof(
  fc.constantFrom<Step[]>("success", "error", "throttle", "crash", "invalid"),
  fc.array(fc.nat({ max: 40 }), { minLength: 1, maxLength: 5 }),
);
const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 4, arbitrary: calmStep },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Step[]>("stop_and_success", "stop_and_error"),
  },
);

const planOf = (step: fc.Arbitrary<Step>): fc.Arbitrary<RunPlan> =>
  fc.record({
    records: fc.array(
      fc.array(
        fc.record({
          isWanted: fc.boolean(),
          // Beyond what the smallest event can hold.
          valueBytes: fc.nat({ max: 500 }),
          // Some are too old at once, some after a back-off.
          timestampMs: fc.integer({ min: 1, max: STARTED_AT_MS }),
        }),
        { maxLength: 12 },
      ),
      { minLength: 1, maxLength: 4 },
    ),
    script: fc.array(step, { maxLength: 30 }),
    limits: fc.record({
      batchSize: fc.integer({ min: 1, max: 20 }),
      batchingWindowMs: fc.constant(0),
      maximumEventBytes: fc.integer({ min: 600, max: 6000 }),
    }),
    maximumInvocations: fc.integer({ min: 1, max: 3 }),
    maximumRetryAttempts: fc.integer({ min: -1, max: 3 }),
    bisects: fc.boolean(),
    partialFailures: fc.constantFrom(null, "listed", "from_lowest"),
    maximumRecordAgeMs: fc.constantFrom(null, 0, 60_000),
    destinationTakes: fc.option(fc.nat({ max: 6 })),
  });

const allNames = ({ records }: RunPlan): string[] =>
  records.flatMap((list, partition) =>
    list.map((_, offset) => `${partition}:${offset}`),
  );

test("27: at rest every record that was polled is filtered, succeeded, delivered or dropped, and counts once, whatever stops and fails", async () => {
  await fc.assert(
    fc.asyncProperty(planOf(anyStep), async (plan) => {
      const { counters, pendingEventCount, invoked } = await runToRest(plan);

      expect(pendingEventCount).toBe(0);
      expect(counters.PolledEventCount).toBe(allNames(plan).length);
      expect(counters.PolledEventCount).toBe(
        counters.FilteredOutEventCount +
          counters.SucceededEventCount +
          counters.OnFailureDestinationDeliveredEventCount +
          counters.DroppedEventCount,
      );
      expect(counters.InvokedEventCount).toBe(invoked.length);
    }),
    { numRuns: 500 },
  );
});

test("27: without a stop every record comes to its one end once, and the counters say which", async () => {
  await fc.assert(
    fc.asyncProperty(planOf(calmStep), async (plan) => {
      const { counters, ends } = await runToRest(plan);

      const { filtered, succeeded, delivered, undelivered } = ends;
      const observed = [filtered, succeeded, delivered, undelivered].flat();
      expect(observed).toHaveLength(new Set(observed).size);
      // Without a destination nobody sees what is given up.
      const dropped =
        plan.destinationTakes === null
          ? allNames(plan).filter((name) => !observed.includes(name))
          : undelivered;
      expect(
        [filtered, succeeded, delivered, dropped].flat().toSorted(),
      ).toStrictEqual(allNames(plan).toSorted());
      expect(counters).toMatchObject({
        FilteredOutEventCount: filtered.length,
        SucceededEventCount: succeeded.length,
        OnFailureDestinationDeliveredEventCount: delivered.length,
        DroppedEventCount: dropped.length,
        OnFailureDestinationDeliveryErrorCount:
          plan.destinationTakes === null ? 0 : dropped.length,
      });
    }),
    { numRuns: 500 },
  );
});
