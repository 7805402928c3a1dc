import type { LetterSize } from "./letter-reader.ts";

/** As many as the scheduled redrive takes at a time, and as many bytes: they are held in memory. */
const CHUNK_BYTES = 8 * 1024 * 1024;

/** Cuts letters into pieces of one transaction each, in order; one that is larger than a piece may be goes alone. */
export function* cutIntoChunks(
  letters: readonly LetterSize[],
  maxCount: number,
): Generator<string[]> {
  let chunk: string[] = [];
  let bytes = 0;
  for (const { id, byteCount } of letters) {
    const isFull = chunk.length === maxCount || bytes + byteCount > CHUNK_BYTES;
    if (isFull && chunk.length > 0) {
      yield chunk;
      chunk = [];
      bytes = 0;
    }
    chunk.push(id);
    bytes += byteCount;
  }
  if (chunk.length > 0) yield chunk;
}
