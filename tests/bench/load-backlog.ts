// Runs as a process of its own, so that the memory it takes is gone before the measurement.
import { once } from "node:events";

import { produceBatch } from "#functions/produce-batch/produce-batch.ts";
import { createRecordPublisher } from "#shared/adapters/kafka/record-publisher.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";
import type { RecordPublisher } from "#shared/ports/record-publisher.ts";
import { shapePlay, type PlayShape } from "./shape-play.ts";

/** What is to be published: an event of `produce-batch` after the other. */
export interface BacklogLoad {
  readonly bootstrapServers: readonly string[];
  readonly events: readonly unknown[];
  /** Given to the plays on their way; without it they stay as they are produced. */
  readonly shape?: PlayShape;
}

const [load]: BacklogLoad[] = await once(process, "message");
if (load === undefined) throw new Error("No backlog was sent to this process.");
const publisher = createRecordPublisher(load);
const publish = produceBatch({
  publisher: load.shape === undefined ? publisher : withShape(load.shape),
});
for (const event of load.events) await publish(event);
await publisher.close();
process.disconnect();

function withShape(shape: PlayShape): RecordPublisher {
  return {
    publish: (topic, records) =>
      publisher.publish(
        topic,
        topic === STREAM_EVENTS_TOPIC
          ? records.map((record) => shapePlay(record, shape))
          : records,
      ),
  };
}
