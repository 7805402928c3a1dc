import { expect, test } from "vitest";

import type { Schedule, ScheduleInput } from "#compose/scheduler/schedule.ts";
import {
  startScheduler,
  type FunctionInvoker,
} from "#compose/scheduler/scheduler.ts";
import { ManualClock, settle } from "./manual-clock.ts";

const NOON_MS = Date.parse("2026-01-01T12:00:00Z");
const PERIODIC: ScheduleInput = {
  kind: "transformer",
  inputPathsMap: { time: "$.time" },
  inputTemplate: '{"time": <time>, "period": "1m"}',
};

/** An invoker that notes what it is asked and answers when the test says so. */
class RecordingInvoker implements FunctionInvoker {
  readonly inputs: unknown[] = [];
  kind = "success";
  held: Promise<void> | undefined;

  async invoke(
    _functionName: string,
    payload: Uint8Array,
  ): Promise<{ kind: string }> {
    this.inputs.push(JSON.parse(Buffer.from(payload).toString()));
    const { kind } = this;
    await this.held;
    return { kind };
  }
}

function start(
  schedules: readonly Partial<Schedule>[],
  invoker: FunctionInvoker,
  clock = new ManualClock(NOON_MS),
  sinceMs = clock.now(),
) {
  const log: string[] = [];
  const scheduler = startScheduler({
    schedules: schedules.map((schedule, index) => ({
      name: `rule-${index}`,
      functionName: "produce",
      periodMs: 1000,
      region: "eu-central-1",
      input: PERIODIC,
      ...schedule,
    })),
    invoker,
    clock,
    sinceMs,
    log: (line) => log.push(line),
  });
  return { scheduler, clock, log };
}

test("a schedule fires at the multiples of its period and not between them", async () => {
  const invoker = new RecordingInvoker();
  const { scheduler, clock } = start(
    [{ input: { kind: "event" } }],
    invoker,
    new ManualClock(NOON_MS + 300),
  );

  await clock.advanceTo(NOON_MS + 999);
  expect(invoker.inputs).toHaveLength(0);
  await clock.advanceTo(NOON_MS + 1000);
  await clock.advanceTo(NOON_MS + 1999);
  expect(invoker.inputs).toHaveLength(1);
  await clock.advanceTo(NOON_MS + 2000);

  expect(invoker.inputs).toMatchObject([
    { time: "2026-01-01T12:00:01Z" },
    { time: "2026-01-01T12:00:02Z" },
  ]);
  await scheduler.stop();
});

test("the event is EventBridge's", async () => {
  const invoker = new RecordingInvoker();
  const { scheduler, clock } = start([{ input: { kind: "event" } }], invoker);

  await clock.advanceTo(NOON_MS + 1000);

  expect(invoker.inputs[0]).toEqual({
    version: "0",
    id: expect.stringMatching(/^[\da-f-]{36}$/),
    "detail-type": "Scheduled Event",
    source: "aws.events",
    account: "000000000000",
    time: "2026-01-01T12:00:01Z",
    region: "eu-central-1",
    resources: ["arn:aws:events:eu-central-1:000000000000:rule/rule-0"],
    detail: {},
  });
  await scheduler.stop();
});

test("the period becomes that of the local schedule", async () => {
  const invoker = new RecordingInvoker();
  const { scheduler, clock } = start([{}], invoker);

  await clock.advanceTo(NOON_MS + 1000);

  expect(invoker.inputs).toEqual([
    { time: "2026-01-01T12:00:01Z", period: "1s" },
  ]);
  await scheduler.stop();
});

test("what is missing since an earlier moment is made up for at once", async () => {
  const invoker = new RecordingInvoker();
  const { scheduler } = start(
    [{}],
    invoker,
    new ManualClock(NOON_MS + 4200),
    NOON_MS,
  );

  await settle();

  expect(invoker.inputs).toEqual([
    { time: "2026-01-01T12:00:04Z", period: "4s" },
  ]);
  await scheduler.stop();
});

test("a slow invocation is not overlapped, and the next one does the time that it took", async () => {
  const invoker = new RecordingInvoker();
  const { promise, resolve } = Promise.withResolvers<void>();
  invoker.held = promise;
  const { scheduler, clock } = start([{}], invoker);

  await clock.advanceTo(NOON_MS + 1000);
  await clock.advanceTo(NOON_MS + 2000);
  await clock.advanceTo(NOON_MS + 4500);
  expect(invoker.inputs).toHaveLength(1);
  resolve();
  await settle();

  expect(invoker.inputs).toEqual([
    { time: "2026-01-01T12:00:01Z", period: "1s" },
    { time: "2026-01-01T12:00:04Z", period: "3s" },
  ]);
  await scheduler.stop();
});

test("a failed invocation costs nothing: the next one asks for its time too", async () => {
  const invoker = new RecordingInvoker();
  const { scheduler, clock, log } = start([{}], invoker);
  invoker.kind = "function_error";

  await clock.advanceTo(NOON_MS + 1000);
  await clock.advanceTo(NOON_MS + 2000);
  invoker.kind = "success";
  await clock.advanceTo(NOON_MS + 3000);
  await clock.advanceTo(NOON_MS + 4000);

  expect(invoker.inputs).toEqual([
    { time: "2026-01-01T12:00:01Z", period: "1s" },
    { time: "2026-01-01T12:00:02Z", period: "2s" },
    { time: "2026-01-01T12:00:03Z", period: "3s" },
    { time: "2026-01-01T12:00:04Z", period: "1s" },
  ]);
  expect(log).toHaveLength(2);
  await scheduler.stop();
});

test("catching up goes in order, a minute at a time", async () => {
  const invoker = new RecordingInvoker();
  const { scheduler, clock } = start([{}], invoker);

  await clock.advanceTo(NOON_MS + 150_000);

  expect(invoker.inputs).toEqual([
    { time: "2026-01-01T12:01:00Z", period: "60s" },
    { time: "2026-01-01T12:02:00Z", period: "60s" },
    { time: "2026-01-01T12:02:30Z", period: "30s" },
  ]);
  await scheduler.stop();
});

test("overdue ticks of an input without a period are one", async () => {
  const invoker = new RecordingInvoker();
  const { scheduler, clock } = start(
    [{ input: { kind: "constant", value: { sweep: true } } }],
    invoker,
  );

  await clock.advanceTo(NOON_MS + 150_000);

  expect(invoker.inputs).toEqual([{ sweep: true }]);
  await scheduler.stop();
});

test("a clock that goes back fires nothing twice", async () => {
  const invoker = new RecordingInvoker();
  const { scheduler, clock } = start([{}], invoker);
  await clock.advanceTo(NOON_MS + 5000);

  clock.putTo(NOON_MS);
  await clock.advanceTo(NOON_MS + 1000);
  await clock.advanceTo(NOON_MS + 6000);

  expect(invoker.inputs).toEqual([
    { time: "2026-01-01T12:00:05Z", period: "5s" },
    { time: "2026-01-01T12:00:06Z", period: "1s" },
  ]);
  await scheduler.stop();
});

test("a clock that goes back does not silence a schedule without a period", async () => {
  const invoker = new RecordingInvoker();
  const { scheduler, clock } = start([{ input: { kind: "event" } }], invoker);
  await clock.advanceTo(NOON_MS + 90_000);

  clock.putTo(NOON_MS + 1000);
  await clock.advanceTo(NOON_MS + 2000);

  expect(invoker.inputs).toMatchObject([
    { time: "2026-01-01T12:01:30Z" },
    { time: "2026-01-01T12:00:02Z" },
  ]);
  await scheduler.stop();
});

test("two schedules of one function take turns", async () => {
  const invoker = new RecordingInvoker();
  const { promise, resolve } = Promise.withResolvers<void>();
  invoker.held = promise;
  const { scheduler, clock } = start(
    [{}, { input: { kind: "constant", value: "second" } }],
    invoker,
  );

  await clock.advanceTo(NOON_MS + 1000);
  expect(invoker.inputs).toHaveLength(1);
  resolve();
  await settle();

  expect(invoker.inputs).toEqual([
    { time: "2026-01-01T12:00:01Z", period: "1s" },
    "second",
  ]);
  await scheduler.stop();
});

test("stopping waits for the invocation in flight and starts no other", async () => {
  const invoker = new RecordingInvoker();
  const { promise, resolve } = Promise.withResolvers<void>();
  invoker.held = promise;
  const { scheduler, clock } = start([{}], invoker);
  await clock.advanceTo(NOON_MS + 1000);

  let isStopped = false;
  const stopping = scheduler.stop().then(() => {
    isStopped = true;
    return isStopped;
  });
  await clock.advanceTo(NOON_MS + 9000);
  expect(isStopped).toBe(false);
  resolve();

  await expect(stopping).resolves.toBe(true);
  expect(invoker.inputs).toHaveLength(1);
});
