import { expect, test } from "vitest";

import { describeRest, drain } from "#compose/runner/drain.ts";
import type { Status } from "#compose/runner/read-status.ts";
import { PipelineError } from "#shared/errors.ts";
import { DRAINED, RecordingInvoker } from "./fakes.ts";

/** A clock on which every wait is over at once. */
function createHastyClock() {
  let elapsedMs = 0;
  return {
    elapsed: () => elapsedMs,
    delay: (delayMs: number) => {
      elapsedMs += delayMs;
      return Promise.resolve();
    },
  };
}

function withLag(lag: number): Status {
  return {
    ...DRAINED,
    topics: DRAINED.topics.map((topic) => ({
      ...topic,
      lag: topic.topic === "stream-events" ? lag : 0,
    })),
  };
}

function withWindows(counts: Partial<Status["windows"][number]>): Status {
  return {
    ...DRAINED,
    windows: DRAINED.windows.map((window) => ({ ...window, ...counts })),
  };
}

function withLetters(due: number, redriven: number): Status {
  return { ...DRAINED, letters: { ...DRAINED.letters, due, redriven } };
}

function run(
  statuses: readonly (Status | Error)[],
  options: {
    closesOpenWindows?: boolean;
    signal?: AbortSignal;
    timeoutMs?: number;
  } = {},
) {
  const invoker = new RecordingInvoker();
  let readings = 0;
  const drained = drain({
    invoker,
    clock: createHastyClock(),
    readStatus: async () => {
      const status =
        statuses[Math.min(readings++, statuses.length - 1)] ?? DRAINED;
      if (status instanceof Error) throw status;
      return status;
    },
    closesOpenWindows: options.closesOpenWindows ?? false,
    timeoutMs: options.timeoutMs ?? 10_000,
    signal: options.signal ?? new AbortController().signal,
  });
  return { drained, invoker, readings: () => readings };
}

test("windows are not touched before every topic is consumed", async () => {
  const { drained, invoker } = run([withLag(5), withLag(1), withLag(0)]);

  await drained;

  expect(invoker.events).toEqual([
    {
      functionName: "close-windows",
      event: { flush: true, closeOpenWindows: false },
    },
  ]);
});

test("what comes in while windows are published is waited for too", async () => {
  const { drained, invoker } = run([
    withLag(0),
    withLag(3),
    withLag(0),
    withWindows({ markedCount: 1 }),
    DRAINED,
  ]);

  await drained;

  expect(invoker.events).toHaveLength(3);
});

test("letters that can be sent again are, and windows are closed only when it is known what became of them", async () => {
  const { drained, invoker } = run([
    withLetters(2, 0),
    withLag(2),
    withLetters(0, 2),
    DRAINED,
  ]);

  await drained;

  expect(invoker.events).toEqual([
    { functionName: "redrive", event: { flush: true } },
    { functionName: "redrive", event: { flush: true } },
    {
      functionName: "close-windows",
      event: { flush: true, closeOpenWindows: false },
    },
  ]);
  expect(describeRest(withLetters(2, 1), false)).toEqual([
    "2 dead letters to be sent again, 1 not heard of yet",
  ]);
});

test("open windows keep it from being drained only when they are to be closed", async () => {
  const open = withWindows({ openCount: 2 });

  await expect(run([open]).drained).resolves.toBe(open);
  await expect(
    run([open], { closesOpenWindows: true }).drained,
  ).rejects.toMatchObject({ code: "not_drained" });
});

test("a time-out names what is left", async () => {
  await expect(run([withLag(1234)]).drained).rejects.toMatchObject({
    code: "not_drained",
    message: expect.stringContaining(
      "Not drained after 10 s: stream-events has 1234 records to go.",
    ),
  });
  expect(
    describeRest(
      withWindows({ dueCount: 1, markedCount: 2, openCount: 3 }),
      true,
    ),
  ).toEqual(["2 windows due", "4 windows to be revised", "6 windows open"]);
});

test("what may pass is tried again; what cannot is told at once", async () => {
  const lasting = fault(false);

  await expect(run([fault(true), withLag(0), DRAINED]).drained).resolves.toBe(
    DRAINED,
  );
  const hopeless = run([lasting, DRAINED]);
  await expect(hopeless.drained).rejects.toBe(lasting);
  expect(hopeless.readings()).toBe(1);
});

test("what fails for half a minute is told, long before the time is up; each success makes patient anew", async () => {
  const failure = fault(true);
  const failing = run([failure], { timeoutMs: 300_000 });
  await expect(failing.drained).rejects.toBe(failure);
  expect(failing.readings()).toBe(151);

  const nowAndThen = [...repeat(failure, 100), withLag(1)];
  const statuses = [...nowAndThen, ...nowAndThen, DRAINED];
  await expect(run(statuses, { timeoutMs: 300_000 }).drained).resolves.toBe(
    DRAINED,
  );
});

test("patience begins with the failure, however long what failed has taken", async () => {
  const clock = createHastyClock();
  const answers = [fault(true), DRAINED];
  const drained = drain({
    invoker: new RecordingInvoker(),
    clock,
    readStatus: async () => {
      await clock.delay(60_000);
      const answer = answers.shift();
      if (answer instanceof Error) throw answer;
      return answer ?? DRAINED;
    },
    closesOpenWindows: false,
    timeoutMs: 300_000,
    signal: new AbortController().signal,
  });

  await expect(drained).resolves.toBe(DRAINED);
});

const repeat = (error: Error, times: number): Error[] =>
  Array.from({ length: times }, () => error);

const fault = (retry: boolean) =>
  new PipelineError("Kafka failed", {
    code: "kafka_failed",
    domain: "external",
    retry,
  });

test("an interruption ends the waiting", async () => {
  const interruption = new Error("interrupted");

  await expect(
    run([withLag(1)], { signal: AbortSignal.abort(interruption) }).drained,
  ).rejects.toBe(interruption);
});
