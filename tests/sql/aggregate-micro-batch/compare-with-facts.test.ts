import { expect, test } from "vitest";

import { loadStatement } from "#shared/sql.ts";
import { insertFacts } from "#tests/support/rows/insert-facts.ts";
import type { RecordTraits } from "#tests/support/rows/make-records.ts";
import { stagePlays } from "#tests/support/rows/stage-plays.ts";
import { useDatabase } from "#tests/support/rows/use-database.ts";

const database = useDatabase();
const compareWithFacts = loadStatement(
  "queries/aggregate-micro-batch/compare_with_facts",
);

test("an equal play has the fact's payload, one that is no fact has none", async () => {
  await insertFacts(await database.connect("ingest"), [{ id: 1 }]);

  expect(await compare([{ id: 1 }, { id: 2 }], [0, 1])).toEqual([
    [0, true],
    [1, null],
  ]);
});

test("only the plays asked for are compared", async () => {
  await insertFacts(await database.connect("ingest"), [{ id: 1 }, { id: 2 }]);

  expect(await compare([{ id: 1 }, { id: 2 }], [1])).toEqual([[1, true]]);
});

test.for([
  ["timestamp by a microsecond", { at: "2026-01-15T12:00:00.000001Z" }],
  ["user", { userId: 2 }],
  ["song", { songId: 2 }],
  ["artist", { artistId: 2 }],
  ["album", { albumId: 2 }],
  ["device", { deviceId: 2 }],
  ["location", { locationId: 2 }],
  ["duration", { streamDurationSeconds: 61 }],
  ["completion", { isCompletePlay: true }],
  ["skip", { isSkipped: true }],
  ["like", { isLiked: true }],
  ["share", { isShared: true }],
  ["playlist", { isAddedToPlaylist: true }],
] as const)("another %s is another payload", async ([, traits]) => {
  await insertFacts(await database.connect("ingest"), [{ id: 1 }]);

  expect(await compare([{ id: 1, ...traits }], [0])).toEqual([[0, false]]);
});

async function compare(
  traits: readonly RecordTraits[],
  ordinals: readonly number[],
): Promise<unknown[][]> {
  const ingest = await database.connect("ingest");
  await stagePlays(ingest, traits);
  const { rows } = await ingest.query<unknown[]>({
    text: compareWithFacts.text,
    values: [ordinals],
    rowMode: "array",
  });
  return rows;
}
