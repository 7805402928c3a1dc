import { expect, test } from "vitest";

import { splitDimensionRecords } from "#functions/load-dimensions/split-dimension-records.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";

const DEVICE: KafkaRecord = {
  topic: "devices",
  partition: 1,
  offset: 5,
  timestampMs: 1000,
  key: Buffer.from("7"),
  value: Buffer.from('{"device_id":7,"device_type":"tv"}'),
  headers: [],
};
const TOMBSTONE = { ...DEVICE, offset: 6, value: null };
const WITHOUT_KEY = { ...DEVICE, offset: 7, key: null };
const MALFORMED = { ...DEVICE, offset: 8, value: Buffer.from("{") };

test("rows and tombstones are versions at their records' positions, bad records are rejected", () => {
  const records = [MALFORMED, DEVICE, WITHOUT_KEY, TOMBSTONE];

  const batch = splitDimensionRecords("devices", records);

  expect(batch).toMatchObject({ dimension: "devices", records });
  expect([...batch.versions]).toEqual([
    [
      1,
      {
        record: {
          dimension: "devices",
          id: 7,
          row: {
            deviceId: 7,
            deviceType: "tv",
            os: null,
            browser: null,
            appVersion: null,
          },
        },
        position: DEVICE,
      },
    ],
    [
      3,
      {
        record: { dimension: "devices", id: 7, row: null },
        position: TOMBSTONE,
      },
    ],
  ]);
  expect(
    [...batch.rejections].map(([ordinal, { record, reason }]) => [
      ordinal,
      record,
      reason,
    ]),
  ).toEqual([
    [0, MALFORMED, "malformed_json"],
    [2, WITHOUT_KEY, "invalid_schema"],
  ]);
});

test("no records make an empty batch", () => {
  const { versions, rejections } = splitDimensionRecords("users", []);

  expect(versions.size + rejections.size).toBe(0);
});
