import type { HasTime } from "#shared/lambda/keep-reserve.ts";
import type { Publication, WindowStore } from "#shared/ports/window-store.ts";

export interface ClosingPorts {
  readonly windowStore: WindowStore;
}

/** What a closing did; `isClosing` is false where another one was under way or nothing was due. */
export type ClosingSummary = Readonly<{
  isClosing: boolean;
  merged: number;
  recomputed: number;
}>;

/**
 * Moves the watermark and, where that closed windows, publishes them for the first time; cheap when nothing is due.
 * Revisions, and what time does not suffice for, are left to the closer's schedule.
 */
export const closeDueWindows =
  ({ windowStore }: ClosingPorts) =>
  async (hasTime: HasTime): Promise<ClosingSummary> => {
    const summary = { isClosing: false, merged: 0, recomputed: 0 };
    if (!(await windowStore.advanceWatermark())) return summary;
    summary.isClosing = await windowStore.oneAtATime(async () => {
      await windowStore.advanceFrontiers();
      const published = await publishWindows(windowStore, null, hasTime);
      summary.merged = published.merged;
      summary.recomputed = published.recomputed;
    });
    return summary;
  };

/**
 * Publishes or revises, each once, the windows that are due at the start, while there is time; restartable at any
 * point. What becomes due meanwhile waits for the next run: a stream of late plays would keep this one going for ever.
 *
 * @param revisionIntervalMs as `findPublishableWindows` takes it
 */
export async function publishWindows(
  windowStore: WindowStore,
  revisionIntervalMs: number | null,
  hasTime: HasTime = () => true,
): Promise<Record<Publication, number>> {
  const counts = { merged: 0, recomputed: 0, unchanged: 0 };
  for (const window of await windowStore.findPublishableWindows(
    revisionIntervalMs,
  )) {
    if (!hasTime()) break;
    counts[await windowStore.publishWindow(window)] += 1;
  }
  return counts;
}
