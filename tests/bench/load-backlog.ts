// Runs as a process of its own, so that the memory it takes is gone before the measurement.
import { once } from "node:events";

import { produceBatch } from "#functions/produce-batch/produce-batch.ts";
import { createRecordPublisher } from "#shared/adapters/kafka/record-publisher.ts";

/** What is to be published: an event of `produce-batch` after the other. */
export interface BacklogLoad {
  readonly bootstrapServers: readonly string[];
  readonly events: readonly unknown[];
}

const [load]: BacklogLoad[] = await once(process, "message");
if (load === undefined) throw new Error("No backlog was sent to this process.");
const publisher = createRecordPublisher(load);
const publish = produceBatch({ publisher });
for (const event of load.events) await publish(event);
await publisher.close();
process.disconnect();
