import * as fc from "fast-check";
import { expect, test } from "vitest";
import { namesOf } from "./fetched-records.ts";
import {
  failing,
  FAILURE,
  numbered,
  run,
  THROTTLED,
} from "./run-batch-scene.ts";

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
