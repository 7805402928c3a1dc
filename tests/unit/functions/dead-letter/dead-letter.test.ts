import { expect, test } from "vitest";

import { deadLetter } from "#functions/dead-letter/dead-letter.ts";
import type { StoredLetter } from "#shared/domain/read-letter.ts";
import type { KafkaRecord } from "#shared/domain/record.ts";

const RECORD: KafkaRecord = {
  topic: "dead-letter-queue",
  partition: 0,
  offset: 0,
  timestampMs: 1000,
  key: null,
  value: Buffer.from("no letter"),
  headers: [],
};

test("every record is stored as one letter, in order, readable or not", async () => {
  const stored: [topic: string, letters: readonly StoredLetter[]][] = [];
  const handle = deadLetter({
    store: {
      async storeLetters(topic, records, letters) {
        stored.push([topic, letters]);
        return records.map((position) => ({
          position,
          outcome: { kind: "rejected", reason: "unreadable_letter" },
        }));
      },
    },
  });

  const { summary } = await handle({
    records: [RECORD, { ...RECORD, offset: 1 }, { ...RECORD, topic: "other" }],
  });

  expect(
    stored.map(([topic, letters]) => [
      topic,
      letters.map(({ isReadable, record }) => [isReadable, record.offset]),
    ]),
  ).toEqual([
    [
      "dead-letter-queue",
      [
        [false, 0],
        [false, 1],
      ],
    ],
    ["other", [[false, 0]]],
  ]);
  expect(summary).toMatchObject({ rejected: { unreadable_letter: 3 } });
});
