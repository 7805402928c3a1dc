import { expect, test } from "vitest";

import { aggregateMicroBatch } from "#functions/aggregate-micro-batch/aggregate-micro-batch.ts";
import type { MicroBatch } from "#shared/domain/micro-batch.ts";
import type { Rejection } from "#shared/domain/rejection.ts";
import type { RecordAttempts } from "#shared/ports/record-attempts.ts";
import type { StreamEventWarehouse } from "#shared/ports/stream-event-warehouse.ts";
import { PLENTY_OF_TIME } from "#tests/support/invocation-time.ts";
import { makeRecord } from "#tests/support/rows/make-records.ts";

/** Accepts the plays, and publishes and rejects the rest, as a database without rivals does. */
function acceptAll(): StreamEventWarehouse & {
  readonly applied: MicroBatch[];
} {
  const applied: MicroBatch[] = [];
  return {
    applied,
    async applyMicroBatch(microBatch, publish) {
      applied.push(microBatch);
      if (microBatch.rejections.size > 0)
        await publish([...microBatch.rejections.values()]);
      return microBatch.records.map((position, ordinal) => {
        const rejection = microBatch.rejections.get(ordinal);
        return {
          position,
          outcome:
            rejection === undefined
              ? { kind: "accepted", isLate: ordinal === 0 }
              : { kind: "rejected", reason: rejection.reason },
        };
      });
    },
  };
}

const NO_ATTEMPTS: RecordAttempts = {
  beginAttempt: () => Promise.resolve(1),
  endAttempt: () => Promise.resolve(),
};
const POISON = { ...makeRecord({ id: 3 }), value: Buffer.from("{") };

test("bad records are published, good ones applied, and the closing comes after", async () => {
  const steps: string[] = [];
  const published: Rejection[] = [];
  const warehouse = acceptAll();
  const handle = aggregateMicroBatch({
    warehouse,
    deadLetterTopic: {
      async publish(rejections) {
        steps.push("published");
        published.push(...rejections);
      },
    },
    attempts: NO_ATTEMPTS,
    reportsRest: true,
    async closeDueWindows() {
      steps.push("closed");
      return { merged: 2 };
    },
  });

  const { summary, batchItemFailures } = await handle(
    { records: [makeRecord({ id: 1 }), makeRecord({ id: 2 }), POISON] },
    PLENTY_OF_TIME,
  );

  expect(steps).toEqual(["published", "closed"]);
  expect(published.map(({ record }) => record)).toEqual([POISON]);
  expect(warehouse.applied).toHaveLength(1);
  expect(batchItemFailures).toEqual([]);
  expect(summary).toEqual({
    accepted: 2,
    duplicate: 0,
    late: 1,
    rejected: { malformed_json: 1 },
    closing: { merged: 2 },
  });
});

test("records of two topics are two micro-batches, as their offsets know nothing of each other", async () => {
  const warehouse = acceptAll();
  const handle = aggregateMicroBatch({
    warehouse,
    deadLetterTopic: { publish: () => Promise.resolve() },
    attempts: NO_ATTEMPTS,
    reportsRest: true,
    closeDueWindows: () => Promise.resolve({}),
  });

  await handle(
    {
      records: [
        makeRecord({ id: 1 }),
        { ...makeRecord({ id: 1 }), topic: "replayed-events" },
      ],
    },
    PLENTY_OF_TIME,
  );

  expect(warehouse.applied.map(({ topic }) => topic)).toEqual([
    "stream-events",
    "replayed-events",
  ]);
});

test("a dead-letter topic that is down fails the invocation, and nothing is closed", async () => {
  let isClosed = false;
  const handle = aggregateMicroBatch({
    warehouse: acceptAll(),
    deadLetterTopic: {
      publish: () => Promise.reject(new Error("Kafka is down")),
    },
    attempts: NO_ATTEMPTS,
    reportsRest: true,
    async closeDueWindows() {
      isClosed = true;
      return {};
    },
  });

  await expect(handle({ records: [POISON] }, PLENTY_OF_TIME)).rejects.toThrow(
    "Kafka is down",
  );
  expect(isClosed).toBe(false);
});
