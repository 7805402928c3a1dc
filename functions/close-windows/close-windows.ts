import { z } from "zod";

import { PipelineError } from "#shared/errors.ts";
import {
  type InvocationTime,
  keepReserve,
} from "#shared/lambda/keep-reserve.ts";
import type { InvocationSummary } from "#shared/lambda/log-invocation.ts";
import type { TopicOffsets } from "#shared/ports/topic-offsets.ts";
import type { WindowStore } from "#shared/ports/window-store.ts";

import { publishWindows } from "./close-due-windows.ts";
import { findIdlePartitions } from "./find-idle-partitions.ts";

export interface Ports {
  readonly windowStore: WindowStore;
  readonly topicOffsets: TopicOffsets;
  readonly topic: string;
  readonly consumerGroup: string;
  readonly idleTimeoutMs: number;
  readonly revisionIntervalMs: number;
}

/** A scheduled event, or a request: `flush` revises without waiting, `closeOpenWindows` closes all that hold plays. */
const closingEvent = z.union([
  z
    .looseObject({ "detail-type": z.literal("Scheduled Event") })
    .transform(() => ({ flush: false, closeOpenWindows: false })),
  z.strictObject({
    flush: z.boolean().default(false),
    closeOpenWindows: z.boolean().default(false),
  }),
]);

/** Fewer would write more than they spare who looks at the window: a fold writes a large window's arrays anew. */
const FOLD_FROM = { filling: 50, full: 10 };
/** Late plays revise a window every 30 s; its hour is added up anew once they have stopped. */
const HOUR_AT_REST_MS = 120_000;
/** Micro-batches may hold the frontiers' lock for longer than one attempt waits. */
const FRONTIER_ATTEMPTS = 20;

/**
 * Notices idle partitions, closes what is due, publishes, revises, folds, adds up hours and has sums follow users while there
 * is time; the next run goes on where this one stopped, and running it again changes nothing.
 */
export const closeWindows =
  ({
    windowStore,
    topicOffsets,
    topic,
    consumerGroup,
    idleTimeoutMs,
    revisionIntervalMs,
  }: Ports) =>
  async (
    event: unknown,
    time: InvocationTime,
  ): Promise<{ summary: InvocationSummary }> => {
    const request = closingEvent.safeParse(event);
    if (!request.success) {
      throw new PipelineError(
        "close-windows was given an event it does not know; expected a scheduled event, or { flush, closeOpenWindows }.",
        { code: "invalid_event", domain: "user" },
      );
    }
    const { flush, closeOpenWindows } = request.data;
    const hasTime = keepReserve(time);

    const published = await closeAndPublish();
    const foldable = await windowStore.findFoldableWindows(FOLD_FROM);
    let folded = 0;
    for (const window of foldable) {
      if (!hasTime()) break;
      await windowStore.foldWindow(window);
      folded += 1;
    }
    // Kafka comes last: while it is down, windows still close.
    const idle = await markIdlePartitions();
    const afterIdle =
      idle > 0 ? await closeAndPublish() : { merged: 0, recomputed: 0 };
    // At last: it only spares those who read.
    let rolledUp = 0;
    for (const hour of await windowStore.findRollableHours(HOUR_AT_REST_MS)) {
      if (!hasTime()) break;
      if (await windowStore.rollUpHour(hour)) rolledUp += 1;
    }
    let regrouped = 0;
    for (const hour of await windowStore.findHoursToRegroup()) {
      if (!hasTime()) break;
      if (await windowStore.regroupHour(hour)) regrouped += 1;
    }
    await windowStore.discardFollowedChanges();
    return {
      summary: {
        merged: published.merged + afterIdle.merged,
        recomputed: published.recomputed + afterIdle.recomputed,
        folded,
        rolled_up: rolledUp,
        regrouped,
        idle,
        watermark_delay_ms: await windowStore.readWatermarkDelayMs(),
      },
    };

    async function closeAndPublish() {
      if (await windowStore.advanceWatermark())
        await windowStore.advanceFrontiers();
      if (closeOpenWindows) await closeAllOpenWindows();
      return publishWindows(
        windowStore,
        flush ? 0 : revisionIntervalMs,
        hasTime,
      );
    }

    async function markIdlePartitions(): Promise<number> {
      await windowStore.registerPartitions([
        ...(await topicOffsets.readEndOffsets(topic)).keys(),
      ]);
      // The ledger first, the ends after: a record that comes in between makes its partition look behind, never idle.
      const progress = await windowStore.readProgress(idleTimeoutMs);
      if (!progress.some(({ isIdle, isQuiet }) => isQuiet && !isIdle)) return 0;
      const committed = await topicOffsets.readCommittedOffsets(
        consumerGroup,
        topic,
      );
      const found = findIdlePartitions(
        progress,
        await topicOffsets.readEndOffsets(topic),
        committed,
      );
      if (found.length > 0) await windowStore.markIdle(found);
      return found.length;
    }

    async function closeAllOpenWindows(): Promise<void> {
      for (let attempt = 1; attempt <= FRONTIER_ATTEMPTS; attempt += 1) {
        if (await windowStore.closeOpenWindows()) return;
      }
      throw new PipelineError(
        "The open windows could not be closed: micro-batches held their lock all the time. Try again when it is calmer.",
        { code: "frontiers_busy", domain: "external", retry: true },
      );
    }
  };
