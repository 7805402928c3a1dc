import {
  type AdvertisedListener,
  describeCluster,
  type FoundTopic,
} from "#shared/adapters/kafka/describe-cluster.ts";
import type { TopicDeclaration } from "#shared/domain/topics.ts";
import { accepts } from "./accepts.ts";
import { type Finding, fault, findingOf, ok } from "./finding.ts";
import { isLoopback } from "./is-loopback.ts";

/** Asks Kafka for its listeners and topics, and judges both. */
export async function examineKafka(
  bootstrapServers: readonly string[],
  declared: readonly TopicDeclaration[],
): Promise<Finding[]> {
  try {
    const { listeners, topics } = await describeCluster({ bootstrapServers });
    const findings = await Promise.all(
      listeners.map(async (listener) =>
        judgeListener(listener, await accepts(listener.host, listener.port)),
      ),
    );
    return [...findings, ...judgeTopics(declared, topics)];
  } catch (error) {
    return [findingOf("Kafka", error)];
  }
}

/** What clients are told to connect to after their first contact: where it is wrong, nothing but that contact works. */
export function judgeListener(
  { host, port }: AdvertisedListener,
  isReached: boolean,
): Finding {
  const address = `${host}:${port}`;
  if (!isReached)
    return fault(
      "Kafka",
      `advertises ${address}, which cannot be reached from here`,
      "Correct the broker's advertised.listeners (in Docker KAFKA_HOST) to a name that clients reach, and start it again",
    );
  return ok(
    "Kafka",
    isLoopback(host)
      ? `answers and advertises ${address}: it can be used from this machine only`
      : `answers and advertises ${address}: other machines must reach that name and port, too`,
  );
}

/** Compares Kafka's topics with those that the pipeline needs. */
export function judgeTopics(
  declared: readonly TopicDeclaration[],
  found: readonly FoundTopic[],
): Finding[] {
  const create = "npm run topics creates and extends them";
  const byName = new Map(found.map((topic) => [topic.topic, topic]));
  const faults = declared.flatMap(({ topic, partitions }): Finding[] => {
    const there = byName.get(topic);
    if (there === undefined)
      return [fault("topics", `${topic} is missing`, create)];
    if (there.leaderless.length > 0)
      return [
        fault(
          "topics",
          `${topic} has no leader for the partitions ${there.leaderless.join(", ")}`,
          "See that every broker runs",
        ),
      ];
    return there.partitions < partitions
      ? [
          fault(
            "topics",
            `${topic} has ${there.partitions} partitions, expected ${partitions}`,
            create,
          ),
        ]
      : [];
  });
  return faults.length > 0
    ? faults
    : [ok("topics", `all ${declared.length} are there`)];
}
