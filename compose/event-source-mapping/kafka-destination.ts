import { Partitioners, type Kafka, type Producer } from "kafkajs";
import type { DocumentContext } from "./failure-context.ts";
import { encodeFailedRecord } from "./on-failure-document.ts";
import type {
  FailedBatch,
  OnFailureDestination,
} from "./on-failure-destination.ts";

interface Letter {
  readonly key: Buffer | null;
  readonly value: Buffer;
}

/** One message for each failed record, under the record's own key, to a topic of the same cluster (22). */
export function createKafkaDestination(options: {
  readonly kafka: Kafka;
  readonly topic: string;
  readonly context: DocumentContext;
  readonly now: () => number;
  readonly bytesPerRequest: number;
}): OnFailureDestination {
  const { topic, context, bytesPerRequest } = options;
  const producer = options.kafka.producer({
    createPartitioner: Partitioners.DefaultPartitioner,
  });
  let connecting: Promise<Producer> | null = null;
  const connect = async (): Promise<Producer> => {
    await producer.connect();
    return producer;
  };

  const send = async (letters: readonly Letter[]): Promise<Error | null> => {
    try {
      connecting ??= connect();
      const connected = await connecting;
      await connected.send({ topic, acks: -1, messages: [...letters] });
      return null;
    } catch (error) {
      // The next letters may find the broker back: connect anew.
      connecting = null;
      return error instanceof Error ? error : new Error(String(error));
    }
  };

  return {
    deliver: async (batch) => {
      const nowMs = options.now();
      let deliveredCount = 0;
      const errors: Error[] = [];
      for (const letters of group(batch, context, nowMs, bytesPerRequest)) {
        const error = await send(letters);
        if (error === null) deliveredCount += letters.length;
        else errors.push(error);
      }
      return { deliveredCount, errors };
    },
    close: () => producer.disconnect(),
  };
}

/** The client puts all messages of a request into one record batch, which the topic's `max.message.bytes` limits. */
function* group(
  { slices, failure }: FailedBatch,
  context: DocumentContext,
  nowMs: number,
  bytesPerRequest: number,
): Generator<readonly Letter[]> {
  let letters: Letter[] = [];
  let bytes = 0;
  const failedRecords = slices.flatMap(({ partition, records }) =>
    records.map((record) => ({ partition, record, failure })),
  );
  for (const failed of failedRecords) {
    const letter = {
      key: failed.record.key,
      value: encodeFailedRecord(context, failed, nowMs),
    };
    const letterBytes = letter.value.length + (letter.key?.length ?? 0);
    if (letters.length > 0 && bytes + letterBytes > bytesPerRequest) {
      yield letters;
      letters = [];
      bytes = 0;
    }
    letters.push(letter);
    bytes += letterBytes;
  }
  if (letters.length > 0) yield letters;
}
