import { expect, test } from "vitest";
import type { Clock } from "#compose/event-source-mapping/clock.ts";
import { CommitQueue } from "#compose/event-source-mapping/commit-queue.ts";

function createQueue(wait: Clock["delay"] = () => Promise.resolve()) {
  const requests: {
    offsets: [number, number][];
    settle: PromiseWithResolvers<void>;
  }[] = [];
  const committed: [number, number, number][] = [];
  const failures: unknown[] = [];
  const delays: number[] = [];
  const queue = new CommitQueue({
    commit: (offsets) => {
      const settle = Promise.withResolvers<void>();
      requests.push({ offsets: [...offsets], settle });
      return settle.promise;
    },
    clock: {
      now: () => 0,
      elapsed: () => 0,
      delay: (durationMs, signal) => {
        delays.push(durationMs);
        return wait(durationMs, signal);
      },
    },
    backoff: { firstBackoffMs: 1000, maximumBackoffMs: 30_000 },
    onCommitted: (partition, { offset, eventCount }) =>
      committed.push([partition, offset, eventCount]),
    onFailed: (error) => failures.push(error),
  });
  const settled = async (index: number, error?: Error): Promise<void> => {
    await expect.poll(() => requests.length).toBeGreaterThan(index);
    if (error === undefined) requests[index]?.settle.resolve();
    else requests[index]?.settle.reject(error);
  };
  return { queue, requests, committed, failures, delays, settled };
}

test("commits wait for each other, and only the newest offset of a partition is sent", async () => {
  const { queue, requests, committed, settled } = createQueue();

  queue.add(0, { offset: 5, eventCount: 5 });
  queue.add(0, { offset: 7, eventCount: 2 });
  queue.add(0, { offset: 9, eventCount: 2 });
  queue.add(1, { offset: 3, eventCount: 3 });
  await settled(0);
  await settled(1);
  await queue.drained();

  expect(requests.map(({ offsets }) => offsets)).toStrictEqual([
    [[0, 5]],
    [
      [0, 9],
      [1, 3],
    ],
  ]);
  expect(committed).toStrictEqual([
    [0, 5, 5],
    [0, 9, 4],
    [1, 3, 3],
  ]);
});

test("a failed commit is tried again after a back-off, with what has come since", async () => {
  const { queue, requests, committed, failures, delays, settled } =
    createQueue();

  queue.add(0, { offset: 5, eventCount: 5 });
  queue.add(0, { offset: 7, eventCount: 2 });
  await settled(0, new Error("coordinator is away"));
  await settled(1);
  await queue.drained();

  expect(requests[1]?.offsets).toStrictEqual([[0, 7]]);
  expect(committed).toStrictEqual([[0, 7, 7]]);
  expect(failures).toHaveLength(1);
  expect(delays).toStrictEqual([1000]);
});

test("what is pending when the partitions are lost is never sent, and a failure then is none", async () => {
  const { queue, requests, committed, failures, settled } = createQueue();
  queue.add(0, { offset: 5, eventCount: 5 });
  queue.add(0, { offset: 7, eventCount: 2 });

  queue.clear();
  await settled(0, new Error("not a member"));
  await queue.drained();

  expect(requests).toHaveLength(1);
  expect(committed).toStrictEqual([]);
  expect(failures).toStrictEqual([]);
});

test("closing gives a failed commit up", async () => {
  const { queue, failures, requests, settled } = createQueue();
  queue.add(0, { offset: 5, eventCount: 5 });

  const closed = queue.close();
  await settled(0, new Error("coordinator is away"));
  await closed;

  expect(failures).toHaveLength(1);
  expect(requests).toHaveLength(1);
});

test("closing does not wait for the end of a back-off: what is pending is tried at once, for the last time", async () => {
  const { queue, delays, requests, failures, settled } = createQueue(
    (_, signal) =>
      new Promise((resolve) => {
        signal.addEventListener("abort", () => resolve());
      }),
  );
  queue.add(0, { offset: 5, eventCount: 5 });
  await settled(0, new Error("coordinator is away"));
  await expect.poll(() => delays).toStrictEqual([1000]);

  const closed = queue.close();
  await settled(1, new Error("coordinator is away"));
  await closed;

  expect(requests).toHaveLength(2);
  expect(failures).toHaveLength(2);
});
