import { expect, test } from "vitest";

import { systemClock } from "#compose/event-source-mapping/clock.ts";
import { createTopic } from "#tests/support/servers.ts";
import {
  produce,
  startMapping,
  SUCCESS,
  valuesOf,
} from "./mapping-under-test.ts";

const DAY_MS = 24 * 60 * 60_000;

test("9: a batching window is over in its time though the clock is put back by a day meanwhile", async () => {
  const topic = await createTopic();
  let offsetMs = 0;
  const clock = {
    ...systemClock,
    now: () => Date.now() + offsetMs,
    delay: (durationMs: number, signal: AbortSignal) => {
      // The window has begun.
      offsetMs = -DAY_MS;
      return systemClock.delay(durationMs, signal);
    },
  };
  const { events } = await startMapping(
    topic,
    { MaximumBatchingWindowInSeconds: 1 },
    () => SUCCESS,
    { clock },
  );

  await produce(topic, { value: "only" });

  await expect.poll(() => valuesOf(events)).toStrictEqual(["only"]);
  expect(offsetMs).toBe(-DAY_MS);
});
