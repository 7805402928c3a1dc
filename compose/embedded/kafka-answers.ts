import { Kafka, logLevel } from "kafkajs";
import { PipelineError } from "#shared/errors.ts";

const CONNECT_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 5_000;

/** Tells whether the Kafka at `host:port` answers a request. */
export async function kafkaAnswers(address: string): Promise<boolean> {
  try {
    await describeCluster([address]);
    return true;
  } catch {
    // Why not is of no interest while it starts; its log tells when it never does.
    return false;
  }
}

/** Throws `kafka_unreachable` (external) unless one of the comma-separated `host:port` answers within about 10 s. */
export async function assertKafkaReachable(
  bootstrapServers: string,
  setting: string,
): Promise<void> {
  const brokers = bootstrapServers
    .split(",")
    .map((address) => address.trim())
    .filter((address) => address !== "");
  try {
    await describeCluster(brokers);
  } catch (cause) {
    throw new PipelineError(
      `Kafka at ${bootstrapServers} does not answer: ${cause instanceof Error ? cause.message : String(cause)}. ` +
        `Start it or correct ${setting} (host:port, several separated by commas; the addresses which ` +
        "the brokers advertise must be reachable from here too), or unset it to use the embedded Kafka.",
      { code: "kafka_unreachable", domain: "external", retry: true, cause },
    );
  }
}

async function describeCluster(brokers: string[]): Promise<void> {
  const admin = new Kafka({
    clientId: "reachability-check",
    brokers,
    logLevel: logLevel.NOTHING,
    connectionTimeout: CONNECT_TIMEOUT_MS,
    requestTimeout: REQUEST_TIMEOUT_MS,
    // One attempt per broker, as the client tries the next one at each.
    retry: { retries: Math.min(brokers.length - 1, 2), initialRetryTime: 100 },
  }).admin();
  try {
    await admin.connect();
    await admin.describeCluster();
  } finally {
    await admin.disconnect();
  }
}
