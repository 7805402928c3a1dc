import * as fc from "fast-check";
import { expect, test } from "vitest";

import { cutIntoChunks } from "#compose/dead-letters/cut-into-chunks.ts";

const CHUNK_BYTES = 8 * 1024 * 1024;
const MEGABYTE = 1024 * 1024;

test.for([
  ["nothing", [], 2, []],
  ["fewer than are allowed", [1], 2, [["0"]]],
  ["as many as are allowed", [1, 1], 2, [["0", "1"]]],
  ["one more", [1, 1, 1], 2, [["0", "1"], ["2"]]],
  [
    "as many bytes as are allowed",
    [4 * MEGABYTE, 4 * MEGABYTE],
    9,
    [["0", "1"]],
  ],
  ["one byte more", [4 * MEGABYTE, 4 * MEGABYTE, 1], 9, [["0", "1"], ["2"]]],
  [
    "one that is larger than a piece, which goes alone",
    [1, CHUNK_BYTES + 1, 1],
    9,
    [["0"], ["1"], ["2"]],
  ],
  ["letters without a value", [0, 0, 0], 2, [["0", "1"], ["2"]]],
] as const)("%s", ([, sizes, maxCount, chunks]) => {
  expect(cut(sizes, maxCount)).toEqual(chunks);
});

test("no letter is lost, moved or in two pieces, and no piece is empty or too large", () => {
  const sizes = fc.array(fc.nat(2 * CHUNK_BYTES), { maxLength: 50 });
  fc.assert(
    fc.property(sizes, fc.integer({ min: 1, max: 20 }), (given, maxCount) => {
      const chunks = cut(given, maxCount);

      expect(chunks.flat()).toEqual(given.map((_, index) => String(index)));
      expect(chunks.filter(({ length }) => length < 1)).toEqual([]);
      expect(chunks.filter(({ length }) => length > maxCount)).toEqual([]);
      const tooLarge = chunks.filter((chunk) => {
        const bytes = chunk.map((id) => given[Number(id)] ?? 0);
        const sum = bytes.reduce((total, count) => total + count, 0);
        return chunk.length > 1 && sum > CHUNK_BYTES;
      });
      expect(tooLarge).toEqual([]);
    }),
  );
});

function cut(sizes: readonly number[], maxCount: number): string[][] {
  const letters = sizes.map((byteCount, index) => ({
    id: String(index),
    byteCount,
  }));
  return [...cutIntoChunks(letters, maxCount)];
}
