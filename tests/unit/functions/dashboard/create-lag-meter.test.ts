import { beforeEach, expect, test } from "vitest";

import { createLagMeter } from "#functions/dashboard/create-lag-meter.ts";
import type { TopicOffsets } from "#shared/ports/topic-offsets.ts";

const SHORT_MS = 20;
let nowMs: number;
let asked: string[];
let ends: () => Promise<Map<number, number>>;

/** A group that has committed 5 and 7 of a topic whose partitions begin at 0 and 9. */
const OFFSETS: TopicOffsets = {
  readCommittedOffsets: async (group, topic) => {
    asked.push(`${group} ${topic}`);
    return new Map([
      [0, 5],
      [1, 7],
    ]);
  },
  readStartOffsets: async () =>
    new Map([
      [0, 0],
      [1, 9],
    ]),
  readEndOffsets: () => ends(),
};

beforeEach(() => {
  nowMs = 0;
  asked = [];
  ends = async () =>
    new Map([
      [0, 8],
      [1, 9],
    ]);
});

const open = () =>
  createLagMeter({
    topicOffsets: OFFSETS,
    consumed: [{ topic: "users", consumerGroup: "load-users" }],
    limitMs: SHORT_MS,
    now: () => nowMs,
  });

test("lag is what has not been committed and is still there", async () => {
  expect(await open()()).toEqual(
    new Map([["users", { records: 3, partitionsBehind: [0] }]]),
  );
  expect(asked).toEqual(["load-users users"]);
});

test("lag is not known when Kafka refuses, and is asked for again", async () => {
  const measure = open();
  ends = () => Promise.reject(new Error("away"));
  expect(await measure()).toBeUndefined();
  ends = async () => new Map([[0, 5]]);

  expect((await measure())?.get("users")?.records).toBe(0);
});

test("nobody waits for Kafka longer than the limit, and who comes after that does not wait at all", async () => {
  const answer = Promise.withResolvers<Map<number, number>>();
  ends = () => answer.promise;
  const measure = open();
  expect(await measure()).toBeUndefined();
  nowMs += SHORT_MS;

  expect(await measure()).toBeUndefined();

  // One question is under way, not two.
  expect(asked).toHaveLength(1);
  answer.resolve(new Map([[0, 6]]));
  await expect
    .poll(async () => (await measure())?.get("users")?.records)
    .toBe(1);
});
