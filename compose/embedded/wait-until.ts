import { setTimeout as delay } from "node:timers/promises";

const POLL_INTERVAL_MS = 50;

/** Polls the condition until it holds (true) or the time is up (false); what the condition throws leaves at once. */
export async function waitUntil(
  condition: () => Promise<boolean> | boolean,
  timeoutMs: number,
): Promise<boolean> {
  const deadline = performance.now() + timeoutMs;
  while (!(await condition())) {
    if (performance.now() >= deadline) {
      return false;
    }
    await delay(POLL_INTERVAL_MS);
  }
  return true;
}
