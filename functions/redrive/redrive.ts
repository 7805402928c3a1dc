import { z } from "zod";

import { redriveRecord } from "#shared/domain/redrive-record.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import { PipelineError } from "#shared/errors.ts";
import {
  type InvocationTime,
  keepReserve,
} from "#shared/lambda/keep-reserve.ts";
import type { InvocationSummary } from "#shared/lambda/log-invocation.ts";
import type { RecordPublisher } from "#shared/ports/record-publisher.ts";
import type {
  RedriveCounts,
  RedriveStore,
} from "#shared/ports/redrive-store.ts";

import { planRedrive } from "./plan-redrive.ts";

export interface Ports {
  readonly store: RedriveStore;
  readonly publisher: RecordPublisher;
  /** Attempts at a record, its first one included, after which its letter is buried. */
  readonly attemptLimit: number;
  /** Before the third attempt; doubled before each further one. */
  readonly backoffMs: number;
  /** How long the outcome of a record that was sent again may take. */
  readonly outcomeTimeoutMs: number;
}

/** A scheduled event, or a request: `flush` passes over back-offs. */
const redriveEvent = z.union([
  z
    .looseObject({ "detail-type": z.literal("Scheduled Event") })
    .transform(() => ({ flush: false })),
  z.strictObject({ flush: z.boolean().default(false) }),
]);

const LETTERS_PER_TRANSACTION = 500;
const REFERENCES_PER_TRANSACTION = 10_000;

/**
 * Sends dead letters again whose references have arrived, and resolves those whose play is a fact, while there is time;
 * the next run goes on where this one stopped, and running it again changes nothing.
 */
export const redrive =
  ({ store, publisher, attemptLimit, backoffMs, outcomeTimeoutMs }: Ports) =>
  async (
    event: unknown,
    time: InvocationTime,
  ): Promise<{ summary: InvocationSummary }> => {
    const request = redriveEvent.safeParse(event);
    if (!request.success) {
      throw new PipelineError(
        "redrive was given an event it does not know; expected a scheduled event, or { flush }.",
        { code: "invalid_event", domain: "user" },
      );
    }
    const { flush: isFlush } = request.data;
    const hasTime = keepReserve(time);

    let landed = 0;
    await whileFull(LETTERS_PER_TRANSACTION, async (limit) => {
      const settled = await store.settleLanded(limit);
      landed += settled.landed;
      return settled.checked;
    });
    const requeued = await store.requeueLost(outcomeTimeoutMs);
    await whileFull(REFERENCES_PER_TRANSACTION, (limit) =>
      store.releaseArrived(limit, backoffMs),
    );
    let counts = NOTHING_DONE;
    for (;;) {
      const done = await store.redriveDue(
        { limit: LETTERS_PER_TRANSACTION, isFlush },
        (letter) => planRedrive(letter, attemptLimit),
        (letters) =>
          publisher.publish(
            STREAM_EVENTS_TOPIC,
            letters.map((letter) => redriveRecord(letter)),
          ),
      );
      counts = add(counts, done);
      // A transaction may have taken fewer than allowed, for their values are large.
      if (isNothing(done) || !hasTime()) break;
    }
    const backlog = await store.readBacklog();
    return {
      summary: {
        ...counts,
        landed: counts.landed + landed,
        requeued,
        waiting: backlog.waiting,
        in_flight: backlog.redriven,
        oldest_waiting_ms: backlog.oldestWaitingMs ?? 0,
      },
    };

    /** Repeats work that does so much at a time until there is less left, or no time. */
    async function whileFull(
      limit: number,
      work: (limit: number) => Promise<number>,
    ): Promise<void> {
      while ((await work(limit)) === limit && hasTime());
    }
  };

const NOTHING_DONE: RedriveCounts = {
  redriven: 0,
  landed: 0,
  applied: 0,
  superseded: 0,
  buried: 0,
  left: 0,
};

function add(a: RedriveCounts, b: RedriveCounts): RedriveCounts {
  return {
    redriven: a.redriven + b.redriven,
    landed: a.landed + b.landed,
    applied: a.applied + b.applied,
    superseded: a.superseded + b.superseded,
    buried: a.buried + b.buried,
    left: a.left + b.left,
  };
}

const isNothing = (counts: RedriveCounts): boolean =>
  Object.values(counts).every((count) => count === 0);
