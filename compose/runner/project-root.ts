import { join } from "node:path";
import { fileURLToPath } from "node:url";

/** Absolute path of the repository, without a slash at its end. */
export const PROJECT_ROOT = fileURLToPath(
  new URL("../..", import.meta.url),
).replace(/\/$/, "");

/** Where the jars of the embedded Kafka are kept, whatever the data directory. */
export const KAFKA_JARS_DIR = join(PROJECT_ROOT, ".data", "kafka-jars");
