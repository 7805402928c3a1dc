import { expect, test } from "vitest";
import { systemClock } from "#compose/event-source-mapping/clock.ts";
import { createTopic } from "#tests/support/servers.ts";
import {
  produce,
  startMapping,
  SUCCESS,
  valuesOf,
} from "./mapping-under-test.ts";

const WINDOW_MS = 500;

test("a window of 0 invokes at once with what is there, and no window collects for half a second", async () => {
  const topic = await createTopic();
  const windowMs: number[] = [];
  // A clock that stands still: only a window of 0 is ever over. Pauses before another try to join the group pass.
  const clock = {
    now: () => 0,
    elapsed: () => 0,
    delay: (durationMs: number, signal: AbortSignal) => {
      if (durationMs !== WINDOW_MS)
        return systemClock.delay(durationMs, signal);
      windowMs.push(durationMs);
      return new Promise<void>((resolve) =>
        signal.addEventListener("abort", () => resolve()),
      );
    },
  };
  const absent = await startMapping(
    topic,
    { MaximumBatchingWindowInSeconds: undefined },
    () => SUCCESS,
    { clock },
  );
  const zero = await startMapping(
    topic,
    { MaximumBatchingWindowInSeconds: 0 },
    () => SUCCESS,
    { clock },
  );

  await produce(topic, { value: "only" });

  await expect.poll(() => valuesOf(zero.events)).toStrictEqual(["only"]);
  await expect.poll(() => absent.mapping.counters().PendingEventCount).toBe(1);
  expect(absent.events).toStrictEqual([]);
  expect(windowMs).toStrictEqual([WINDOW_MS]);
});
