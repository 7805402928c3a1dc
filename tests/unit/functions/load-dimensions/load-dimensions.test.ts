import { expect, test } from "vitest";

import { loadDimensions } from "#functions/load-dimensions/load-dimensions.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";
import type {
  DimensionBatch,
  DimensionWarehouse,
} from "#shared/ports/dimension-warehouse.ts";

const RECORD: KafkaRecord = {
  topic: "users",
  partition: 0,
  offset: 0,
  timestampMs: 1000,
  key: Buffer.from("7"),
  value: null,
  headers: [],
};

test("records of several topics are applied topic by topic", async () => {
  const { handle, applied } = prepare();

  const { summary } = await handle({
    records: [
      RECORD,
      { ...RECORD, topic: "albums" },
      { ...RECORD, offset: 1, key: null },
    ],
  });

  expect(
    applied.map(({ dimension, records }) => [dimension, records.length]),
  ).toEqual([
    ["users", 2],
    ["albums", 1],
  ]);
  expect(summary).toEqual({
    accepted: 2,
    duplicate: 0,
    late: 0,
    rejected: { invalid_schema: 1 },
  });
});

test("a topic that is no dimension is a mistake in the mapping", async () => {
  const { handle, applied } = prepare();

  await expect(
    handle({ records: [{ ...RECORD, topic: "stream-events" }] }),
  ).rejects.toMatchObject({ code: "unknown_dimension", domain: "internal" });
  expect(applied).toEqual([]);
});

function prepare() {
  const applied: DimensionBatch[] = [];
  const warehouse: DimensionWarehouse = {
    async applyDimensionBatch(batch) {
      applied.push(batch);
      return batch.records.map((position, ordinal) => {
        const rejection = batch.rejections.get(ordinal);
        return {
          position,
          outcome:
            rejection === undefined
              ? { kind: "accepted", isLate: false }
              : { kind: "rejected", reason: rejection.reason },
        };
      });
    },
  };
  const deadLetterTopic = { publish: () => Promise.resolve() };
  return { handle: loadDimensions({ warehouse, deadLetterTopic }), applied };
}
