// Runs as a process of its own, so that what sends does not wait for what works.
import { once } from "node:events";
import { setTimeout as delay } from "node:timers/promises";

import { produceBatch } from "#functions/produce-batch/produce-batch.ts";
import { createRecordPublisher } from "#shared/adapters/kafka/record-publisher.ts";

/** Plays to be sent at an even pace, in the order of their event time. */
export interface SteadyLoad {
  readonly bootstrapServers: readonly string[];
  /** An event of `produce-batch`, without its first and last index. */
  readonly event: { readonly count: number } & Readonly<
    Record<string, unknown>
  >;
  /** Undefined: as fast as Kafka takes them. */
  readonly playsPerSecond?: number;
}

const TICK_MS = 50;
/** The plays of an event are in memory together. */
const MOST_PLAYS_PER_EVENT = 50_000;

const [load]: SteadyLoad[] = await once(process, "message");
if (load === undefined) throw new Error("No load was sent to this process.");
const { bootstrapServers, event, playsPerSecond } = load;
const publisher = createRecordPublisher({ bootstrapServers });
const publish = produceBatch({ publisher });
const startMs = performance.now();
let sent = 0;
while (sent < event.count) {
  const elapsedSeconds = (performance.now() - startMs) / 1000;
  const due = Math.min(
    event.count,
    sent + MOST_PLAYS_PER_EVENT,
    playsPerSecond === undefined
      ? event.count
      : Math.floor(elapsedSeconds * playsPerSecond),
  );
  if (due > sent)
    await publish({ ...event, firstIndex: sent, lastIndex: due - 1 });
  sent = due;
  if (playsPerSecond !== undefined) await delay(TICK_MS);
}
await publisher.close();
process.disconnect();
