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
  readonly playsPerSecond: number;
}

const TICK_MS = 50;

const [load]: SteadyLoad[] = await once(process, "message");
if (load === undefined) throw new Error("No load was sent to this process.");
const { bootstrapServers, event, playsPerSecond } = load;
const publisher = createRecordPublisher({ bootstrapServers });
const publish = produceBatch({ publisher });
const startMs = performance.now();
let sent = 0;
while (sent < event.count) {
  const elapsedMs = performance.now() - startMs;
  const due = Math.min(
    event.count,
    Math.floor((elapsedMs / 1000) * playsPerSecond),
  );
  if (due > sent)
    await publish({ ...event, firstIndex: sent, lastIndex: due - 1 });
  sent = due;
  await delay(TICK_MS);
}
await publisher.close();
process.disconnect();
