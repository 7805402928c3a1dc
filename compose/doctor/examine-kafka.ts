import { accepts } from "#compose/embedded/accepts.ts";
import {
  type AdvertisedListener,
  describeCluster,
  type FoundTopic,
} from "#shared/adapters/kafka/describe-cluster.ts";
import type { TopicDeclaration } from "#shared/domain/topics.ts";
import { type Finding, fault, ok, warning } from "./finding.ts";
import { isLoopback } from "./is-loopback.ts";

/**
 * Asks Kafka for its listeners and topics, and judges both.
 *
 * @param bootstrapServers `host:port`, several separated by commas
 */
export async function examineKafka(
  bootstrapServers: string,
  declared: readonly TopicDeclaration[],
): Promise<readonly Finding[]> {
  const addresses = bootstrapServers.split(",");
  const answers = await Promise.all(
    addresses.map((address) => {
      const { port } = new URL(`kafka://${address}`);
      return accepts(hostOf(address), Number(port));
    }),
  );
  if (!answers.includes(true))
    return [
      fault(
        "Kafka",
        `nothing listens at ${bootstrapServers}`,
        "npm start, or npm run up, starts the embedded one; start another one, or correct KAFKA_BOOTSTRAP_SERVERS",
      ),
    ];
  try {
    const { listeners, topics } = await describeCluster({
      bootstrapServers: addresses,
    });
    const hosts = addresses.map(hostOf);
    const judged = await Promise.all(
      listeners.map(async (listener) =>
        judgeListener(
          listener,
          await accepts(listener.host, listener.port),
          hosts,
        ),
      ),
    );
    return [...judged, ...judgeTopics(declared, topics)];
  } catch (error) {
    // Clients go on where the brokers advertise that they are: the first contact alone is of no use.
    return [
      fault(
        "Kafka",
        `accepts connections at ${bootstrapServers}, and no request succeeds: ${error instanceof Error ? error.message : String(error)}`,
        "See whether what it advertises can be reached from here (advertised.listeners; in Docker KAFKA_HOST), and whether its log has errors",
      ),
    ];
  }
}

/**
 * Judges where clients connect to after their first contact.
 *
 * @param bootstrapHosts by which Kafka was found: where one of them is no loopback, other machines are to use it
 */
export function judgeListener(
  { host, port }: AdvertisedListener,
  isReached: boolean,
  bootstrapHosts: readonly string[],
): Finding {
  const address = `${host}:${port}`;
  const nextStep =
    "Correct the broker's advertised.listeners (in Docker KAFKA_HOST) to a name that every client reaches, and start it again";
  if (!isReached)
    return fault(
      "Kafka",
      `advertises ${address}, which cannot be reached from here`,
      nextStep,
    );
  if (!isLoopback(host))
    return ok(
      "Kafka",
      `answers and advertises ${address}: other machines must reach that name and port, too`,
    );
  return bootstrapHosts.every(isLoopback)
    ? ok(
        "Kafka",
        `answers and advertises ${address}: it can be used from this machine only`,
      )
    : warning(
        "Kafka",
        `is known as ${bootstrapHosts.join(", ")} and advertises ${address}, where other machines look for it on themselves`,
        nextStep,
      );
}

/** Compares Kafka's topics with those that the pipeline needs. */
export function judgeTopics(
  declared: readonly TopicDeclaration[],
  found: readonly FoundTopic[],
): Finding[] {
  const create = "npm run topics creates and extends them";
  const counts = new Map(
    found.map(({ topic, partitions }) => [topic, partitions]),
  );
  const faults = declared.flatMap(({ topic, partitions }): Finding[] => {
    const count = counts.get(topic);
    if (count === undefined)
      return [fault("topics", `${topic} is missing`, create)];
    return count < partitions
      ? [
          fault(
            "topics",
            `${topic} has ${count} partitions, expected ${partitions}`,
            create,
          ),
        ]
      : [];
  });
  return faults.length > 0
    ? faults
    : [ok("topics", `all ${declared.length} are there`)];
}

const hostOf = (address: string): string =>
  new URL(`kafka://${address}`).hostname.replaceAll(/[[\]]/g, "");
