import type { Clock } from "#compose/event-source-mapping/clock.ts";
import { cutIntoChunks } from "./cut-into-chunks.ts";
import type { LetterSize } from "./letter-reader.ts";

/** As many as the scheduled redrive takes in one transaction. */
const LETTERS_PER_CHUNK = 500;
const SECOND_MS = 1000;

export interface Pace {
  /** Letters a second; as fast as it goes without. */
  readonly ratePerSecond?: number | undefined;
  readonly clock: Clock;
  /** Ends the work between two chunks. */
  readonly signal: AbortSignal;
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
}

/** Works on letters a piece at a time, no faster than the pace allows; a signal leaves the rest undone. */
export async function workInChunks(
  letters: readonly LetterSize[],
  { ratePerSecond, clock, signal, onProgress }: Pace,
  work: (ids: readonly string[]) => Promise<void>,
): Promise<void> {
  // Half a second's letters at a time: a rate of a thousand is no burst of a thousand.
  const maxCount =
    ratePerSecond === undefined
      ? LETTERS_PER_CHUNK
      : Math.min(LETTERS_PER_CHUNK, Math.max(1, Math.ceil(ratePerSecond / 2)));
  let dueAtMs = clock.elapsed();
  let done = 0;
  onProgress?.(done, letters.length);
  for (const ids of cutIntoChunks(letters, maxCount)) {
    if (ratePerSecond !== undefined) {
      await clock.delay(Math.max(0, dueAtMs - clock.elapsed()), signal);
      // From now on, and not from when it was due: lost time is not made up for with a burst.
      dueAtMs = clock.elapsed() + (ids.length / ratePerSecond) * SECOND_MS;
    }
    if (signal.aborted) return;
    await work(ids);
    done += ids.length;
    onProgress?.(done, letters.length);
  }
}
