import { waitUntil } from "#compose/embedded/wait-until.ts";
import { createTopicOffsets } from "#shared/adapters/kafka/topic-offsets.ts";
import { STREAM_EVENTS_TOPIC } from "#shared/domain/topics.ts";

const READY_TIMEOUT_MS = 60_000;

/** Waits until a Kafka that was started again knows its groups again: it answers before it has read them. */
export async function untilGroupsKnown(
  bootstrapServers: string,
  groups: readonly string[],
): Promise<void> {
  const offsets = createTopicOffsets({
    bootstrapServers: bootstrapServers.split(","),
  });
  try {
    const isReady = await waitUntil(
      () =>
        Promise.all(
          groups.map((group) =>
            offsets.readCommittedOffsets(group, STREAM_EVENTS_TOPIC),
          ),
        ).then(
          () => true,
          () => false,
        ),
      READY_TIMEOUT_MS,
    );
    if (!isReady) throw new Error("Kafka does not know its groups again.");
  } finally {
    await offsets.close();
  }
}
