import { describe, expect, test } from "vitest";

import { closeDueWindows } from "#functions/close-windows/close-due-windows.ts";
import { closeWindows } from "#functions/close-windows/close-windows.ts";
import type { TopicOffsets } from "#shared/ports/topic-offsets.ts";
import type { Window, WindowStore } from "#shared/ports/window-store.ts";
import { PLENTY_OF_TIME, timePassing } from "#tests/support/invocation-time.ts";

const SCHEDULED = { "detail-type": "Scheduled Event", source: "aws.events" };
const INTERVAL_MS = 30_000;
const DELAY_MS = 601_000;
const WINDOW: Window = {
  kind: "minutes",
  start: new Date("2026-01-15T12:00:00Z"),
  end: new Date("2026-01-15T12:05:00Z"),
};

describe("close-windows", () => {
  test.for([undefined, null, "close", { flush: "yes" }, { other: 1 }])(
    "refuses the event %s and says what it expects",
    async (event) => {
      const { handle, steps } = prepare({});

      await expect(handle(event)).rejects.toMatchObject({
        code: "invalid_event",
        domain: "user",
        message: expect.stringContaining(
          "{ flush, closeOpenWindows }",
        ) as unknown,
      });
      expect(steps).toEqual([]);
    },
  );

  test("closes and publishes what is due before it asks Kafka for anything", async () => {
    const { handle, steps } = prepare({ isDue: true, windows: [WINDOW] });

    const { summary } = await handle(SCHEDULED);

    expect(steps).toEqual([
      "advance watermark",
      "advance frontiers",
      `find after ${INTERVAL_MS}`,
      "publish",
      "read end offsets",
    ]);
    expect(summary).toEqual({
      merged: 1,
      recomputed: 0,
      folded: 0,
      rolled_up: 0,
      regrouped: 0,
      idle: 0,
      watermark_delay_ms: DELAY_MS,
    });
  });

  test("leaves the frontiers alone while nothing is due", async () => {
    const { handle, steps } = prepare({});

    await handle(SCHEDULED);

    expect(steps).not.toContain("advance frontiers");
  });

  test("has closed what is due when Kafka is down, and then fails", async () => {
    const { handle, steps } = prepare({
      isDue: true,
      windows: [WINDOW],
      offsets: { readEndOffsets: () => Promise.reject(new Error("down")) },
    });

    await expect(handle(SCHEDULED)).rejects.toThrow("down");

    expect(steps).toContain("publish");
  });

  test("waits for no interval when it is asked to flush", async () => {
    const { handle, steps } = prepare({});

    await handle({ flush: true });

    expect(steps).toContain("find after 0");
  });

  test("is kept going by no stream of late plays: each window that is due at the start is published once", async () => {
    const { handle, steps } = prepare({
      windows: [WINDOW],
      isRevisedForEver: true,
    });

    await handle({ flush: true });

    expect(steps.filter((step) => step === "publish")).toHaveLength(1);
  });

  test("stops where time runs short, says what it did, and the next run goes on", async () => {
    const windows = [WINDOW, { ...WINDOW }, { ...WINDOW }];
    const { handle, steps } = prepare({ windows, foldable: windows });

    // At the start, then before each window.
    const { summary } = await handle(
      SCHEDULED,
      timePassing(60_000, 59_000, 30_000, 15_000),
    );

    expect(summary).toMatchObject({ merged: 2, folded: 0 });
    const next = await handle(SCHEDULED);
    expect(next.summary).toMatchObject({ merged: 1, folded: 3 });
    expect(steps.filter((step) => step === "publish")).toHaveLength(3);
  });

  test("adds up the hours that have been at rest for two minutes, and counts those that nobody else has", async () => {
    const rollable = [new Date("2026-01-15T12:00:00Z"), new Date(0)];
    const { handle, atRest, steps } = prepare({ rollable });

    const { summary } = await handle(SCHEDULED);

    expect(summary).toMatchObject({ rolled_up: 1 });
    // It only spares those who read: what moves the watermark comes before.
    expect(steps.indexOf("roll up")).toBeGreaterThan(
      steps.indexOf("read end offsets"),
    );
    expect(atRest).toEqual([120_000]);
  });

  test("leaves hours to the next run where time runs short", async () => {
    const rollable = [new Date("2026-01-15T12:00:00Z")];
    const { handle, steps } = prepare({ rollable });

    // At the start, then before the hour.
    const { summary } = await handle(SCHEDULED, timePassing(60_000, 1000));

    expect(summary).toMatchObject({ rolled_up: 0 });
    expect(steps).not.toContain("roll up");
  });

  test("has sums follow users who have moved, at last and while there is time", async () => {
    const toRegroup = [new Date("2026-01-15T12:00:00Z"), new Date(0)];
    const { handle, steps } = prepare({ toRegroup });

    const { summary } = await handle(SCHEDULED);

    expect(summary).toMatchObject({ regrouped: 1 });
    expect(steps.slice(-2)).toEqual(["regroup", "regroup"]);
    const hurried = prepare({ toRegroup });
    // At the start, then before each hour.
    const { summary: partly } = await hurried.handle(
      SCHEDULED,
      timePassing(60_000, 59_000, 1000),
    );
    expect(partly).toMatchObject({ regrouped: 1 });
    expect(hurried.steps.at(-1)).toBe("regroup");
    expect(hurried.steps.filter((step) => step === "regroup")).toHaveLength(1);
  });

  test("tries again to close open windows while micro-batches hold the lock, and gives up at last", async () => {
    const patient = prepare({ busyAttempts: 3 });
    await patient.handle({ closeOpenWindows: true });
    expect(
      patient.steps.filter((step) => step === "close open windows"),
    ).toHaveLength(4);

    const { handle } = prepare({ busyAttempts: Infinity });
    await expect(handle({ closeOpenWindows: true })).rejects.toMatchObject({
      code: "frontiers_busy",
      retry: true,
    });
  });

  test("marks quiet partitions that are caught up, and closes what that makes due", async () => {
    const { handle, steps } = prepare({ isQuiet: true });

    const { summary } = await handle(SCHEDULED);

    expect(summary).toMatchObject({ idle: 1 });
    expect(steps.slice(steps.indexOf("mark idle"))).toContain(
      "advance watermark",
    );
  });
});

const hasTime = () => true;

describe("closing after a micro-batch", () => {
  test("is over at once when nothing is due", async () => {
    const { store, steps } = prepare({});

    const summary = await closeDueWindows({ windowStore: store })(hasTime);

    expect(summary).toEqual({ isClosing: false, merged: 0, recomputed: 0 });
    expect(steps).toEqual(["advance watermark"]);
  });

  test("publishes what is due for the first time and leaves revisions to the schedule", async () => {
    const { store, steps } = prepare({ isDue: true, windows: [WINDOW] });

    const summary = await closeDueWindows({ windowStore: store })(hasTime);

    expect(summary).toEqual({ isClosing: true, merged: 1, recomputed: 0 });
    expect(steps).toContain("find after null");
  });

  test("stops where time runs short", async () => {
    const { store, steps } = prepare({ isDue: true, windows: [WINDOW] });

    const summary = await closeDueWindows({ windowStore: store })(() => false);

    expect(summary).toEqual({ isClosing: true, merged: 0, recomputed: 0 });
    expect(steps).not.toContain("publish");
  });

  test("leaves it to another closing that is under way", async () => {
    const { store, steps } = prepare({ isDue: true, isTaken: true });

    const summary = await closeDueWindows({ windowStore: store })(hasTime);

    expect(summary).toEqual({ isClosing: false, merged: 0, recomputed: 0 });
    expect(steps).not.toContain("advance frontiers");
  });
});

interface Situation {
  readonly isDue?: boolean;
  /** Publishable until they are published. */
  readonly windows?: readonly Window[];
  readonly busyAttempts?: number;
  /** Another closing is under way. */
  readonly isTaken?: boolean;
  /** The only partition is quiet and has no records. */
  readonly isQuiet?: boolean;
  readonly offsets?: Partial<TopicOffsets>;
  /** Late plays come for every window as soon as it is published. */
  readonly isRevisedForEver?: boolean;
  readonly foldable?: readonly Window[];
  readonly rollable?: readonly Date[];
  readonly toRegroup?: readonly Date[];
}

/** The use case over ports that write down what is asked of them. */
function prepare({
  isDue = false,
  windows = [],
  busyAttempts = 0,
  isTaken = false,
  isQuiet = false,
  offsets = {},
  isRevisedForEver = false,
  foldable = [],
  rollable = [],
  toRegroup = [],
}: Situation) {
  const steps: string[] = [];
  const atRest: number[] = [];
  const publishable = [...windows];
  let attempts = 0;
  const note = <Value>(step: string, value: Value): Promise<Value> => {
    steps.push(step);
    return Promise.resolve(value);
  };
  const store: WindowStore = {
    advanceWatermark: () => note("advance watermark", isDue),
    readWatermarkDelayMs: () => Promise.resolve(DELAY_MS),
    advanceFrontiers: () => note("advance frontiers", true),
    closeOpenWindows: () => {
      attempts += 1;
      return note("close open windows", attempts > busyAttempts);
    },
    findPublishableWindows: (intervalMs) =>
      note(`find after ${intervalMs}`, [...publishable]),
    publishWindow: (window) => {
      if (!isRevisedForEver) publishable.splice(publishable.indexOf(window), 1);
      return note("publish", "merged");
    },
    findFoldableWindows: () => Promise.resolve([...foldable]),
    foldWindow: () => note("fold", undefined),
    findRollableHours: (atRestMs) => {
      atRest.push(atRestMs);
      return Promise.resolve([...rollable]);
    },
    // Another closer has added up the hour of the epoch.
    rollUpHour: (hour) => note("roll up", hour.getTime() > 0),
    findHoursToRegroup: () => Promise.resolve([...toRegroup]),
    // Somebody holds a window of the hour of the epoch.
    regroupHour: (hour) => note("regroup", hour.getTime() > 0),
    discardFollowedChanges: () => Promise.resolve(true),
    oneAtATime: async (work) => {
      if (!isTaken) await work();
      return !isTaken;
    },
    readProgress: () =>
      Promise.resolve([
        { partition: 0, incarnation: 1, nextOffset: 0, isIdle: false, isQuiet },
      ]),
    registerPartitions: () => Promise.resolve(),
    markIdle: () => note("mark idle", undefined),
  };
  const close = closeWindows({
    windowStore: store,
    topicOffsets: {
      readEndOffsets: () => note("read end offsets", new Map([[0, 0]])),
      readStartOffsets: () => Promise.resolve(new Map([[0, 0]])),
      readCommittedOffsets: () => Promise.resolve(new Map()),
      ...offsets,
    },
    topic: "stream-events",
    consumerGroup: "group",
    idleTimeoutMs: 30_000,
    revisionIntervalMs: INTERVAL_MS,
  });
  const handle = (event: unknown, time = PLENTY_OF_TIME) => close(event, time);
  return { handle, store, steps, atRest };
}
