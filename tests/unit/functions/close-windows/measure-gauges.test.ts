import { expect, test } from "vitest";

import { measureLag } from "#functions/close-windows/measure-lag.ts";
import { measureWindows } from "#functions/close-windows/measure-windows.ts";
import { createGaugeReader } from "#shared/lambda/read-gauges.ts";
import type { RecordAge } from "#shared/domain/topic-lag.ts";

const TOPIC = "stream-events";
const COUNTS = {
  kind: "hourly",
  openCount: 1,
  dueCount: 2,
  markedCount: 3,
  closedCount: 4,
  closedUntil: null,
};

const measureDelayed = (watermarkDelaySeconds: number | null) =>
  measureWindows({
    topic: TOPIC,
    gauges: {
      readWindows: async () => ({
        watermark: null,
        watermarkDelaySeconds,
        windows: [COUNTS],
      }),
    },
  })();

test("windows are measured by their kind, and no delay before there is a watermark", async () => {
  const dimensions = { window_kind: "hourly" };
  const windows = [
    { name: "WindowsOpen", value: 1, dimensions },
    { name: "WindowsDue", value: 2, dimensions },
    { name: "WindowsToRevise", value: 3, dimensions },
    { name: "WindowsClosed", value: 4, dimensions },
  ];

  expect(await measureDelayed(null)).toEqual(windows);
  expect(await measureDelayed(12.5)).toEqual([
    { name: "WatermarkDelaySeconds", value: 12.5 },
    ...windows,
  ]);
});

/** The lag of a topic whose second partition is two records behind. */
async function measureBehind(recordAges: readonly RecordAge[]) {
  const steps: string[] = [];
  const answer = (step: string, offsets: readonly [number, number][]) => {
    steps.push(step);
    return Promise.resolve(new Map(offsets));
  };
  const metrics = await readAll({
    consumed: [{ topic: TOPIC, consumerGroup: "group" }],
    gauges: {
      readRecordAges: () => {
        steps.push("ages");
        return Promise.resolve([...recordAges]);
      },
    },
    topicOffsets: {
      readCommittedOffsets: () =>
        answer("commits", [
          [0, 5],
          [1, 7],
        ]),
      readStartOffsets: () =>
        answer("starts", [
          [0, 0],
          [1, 0],
        ]),
      readEndOffsets: () =>
        answer("ends", [
          [0, 5],
          [1, 9],
        ]),
    },
  });
  return { metrics, steps };
}

test("lag is measured in records and in seconds, commits before ends", async () => {
  const { metrics, steps } = await measureBehind([
    { topic: TOPIC, partition: 0, ageSeconds: 900 },
    { topic: TOPIC, partition: 1, ageSeconds: 30 },
  ]);

  const dimensions = { topic: TOPIC };
  expect(metrics).toEqual([
    { name: "TopicLagRecords", value: 2, dimensions },
    { name: "TopicLagSeconds", value: 30, dimensions },
  ]);
  expect(steps).toEqual(["ages", "commits", "starts", "ends"]);
});

test("before the first record was handled its lag in seconds is not known", async () => {
  const { metrics } = await measureBehind([]);

  expect(metrics.map(({ name }) => name)).toEqual(["TopicLagRecords"]);
});

/** What the gauges give, one after the other. */
async function readAll(ports: Parameters<typeof measureLag>[0]) {
  const metrics = [];
  for (const gauge of measureLag(ports)) metrics.push(...(await gauge()));
  return metrics;
}

const noOffsets = () => Promise.resolve(new Map<number, number>());
const CONSUMED = ["plays", "users", "albums"].map((topic) => ({
  topic,
  consumerGroup: `load-${topic}`,
}));

test("the ages are read once for all topics", async () => {
  let readings = 0;
  const metrics = await readAll({
    consumed: CONSUMED,
    gauges: {
      readRecordAges: () => {
        readings += 1;
        return Promise.resolve([]);
      },
    },
    topicOffsets: {
      readCommittedOffsets: noOffsets,
      readStartOffsets: noOffsets,
      readEndOffsets: noOffsets,
    },
  });

  expect(readings).toBe(1);
  expect(metrics).toHaveLength(6);
});

test("a topic whose group cannot be asked costs no other its lag, and is told", async () => {
  const read = createGaugeReader(
    measureLag({
      consumed: CONSUMED,
      gauges: { readRecordAges: () => Promise.resolve([]) },
      topicOffsets: {
        readCommittedOffsets: (group) =>
          group === "load-users"
            ? Promise.reject(new Error("its coordinator is gone"))
            : noOffsets(),
        readStartOffsets: noOffsets,
        readEndOffsets: noOffsets,
      },
    }),
  );

  const { metrics, faults } = await read(1000);

  expect(
    new Set(metrics.map(({ dimensions }) => dimensions?.["topic"])),
  ).toEqual(new Set(["plays", "albums"]));
  expect(faults).toEqual(["its coordinator is gone"]);
});
