import { setTimeout as delay } from "node:timers/promises";

import kafkajs from "kafkajs";

// Node does not find this name in the CommonJS module by itself.
const { KafkaJSProtocolError } = kafkajs;

/** What a broker answers while it is being found or read who coordinates a group, after a restart for seconds. */
const COORDINATOR_MOVES: ReadonlySet<string> = new Set([
  "GROUP_LOAD_IN_PROGRESS",
  "GROUP_COORDINATOR_NOT_AVAILABLE",
  "NOT_COORDINATOR_FOR_GROUP",
]);
const MOVE_ATTEMPTS = 20;
const MOVE_INTERVAL_MS = 500;

/** Asks again while a group's coordinator is only coming up, which the client takes for a failure. */
export async function whileCoordinatorMoves<Answer>(
  ask: () => Promise<Answer>,
  intervalMs = MOVE_INTERVAL_MS,
): Promise<Answer> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      const isPassing =
        error instanceof KafkaJSProtocolError &&
        COORDINATOR_MOVES.has(error.type);
      if (!isPassing || attempt === MOVE_ATTEMPTS) throw error;
      await delay(intervalMs);
    }
  }
}
