import { encodeDeadLetter } from "#shared/domain/dead-letter.ts";
import { DEAD_LETTER_TOPIC } from "#shared/domain/topics.ts";
import { PipelineError } from "#shared/errors.ts";
import type { DeadLetterTopic } from "#shared/ports/dead-letter-topic.ts";
import type { RecordPublisher } from "#shared/ports/record-publisher.ts";

/** A transaction with its locks is open meanwhile. */
const LIMIT_MS = 2000;

/** The dead-letter topic behind a publisher; `functionVersion` is written into every letter. */
export function createDeadLetterTopic(
  publisher: RecordPublisher,
  functionVersion: string,
): DeadLetterTopic {
  return {
    async publish(rejections) {
      const atMs = Date.now();
      const letters = rejections.map((rejection) =>
        encodeDeadLetter(rejection, { functionVersion, atMs }),
      );
      let timer: NodeJS.Timeout | undefined;
      const limit = new Promise<never>((_, reject) => {
        timer = setTimeout(() => {
          reject(
            new PipelineError(
              `Kafka did not take ${letters.length} dead letters within ${LIMIT_MS} ms. The micro-batch is rolled back and comes again.`,
              { code: "dead_letter_timeout", domain: "external", retry: true },
            ),
          );
        }, LIMIT_MS);
      });
      try {
        await Promise.race([
          publisher.publish(DEAD_LETTER_TOPIC, letters),
          limit,
        ]);
      } finally {
        clearTimeout(timer);
      }
    },
  };
}
