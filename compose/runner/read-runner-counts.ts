import { readConnectionEnv } from "#compose/embedded/connection-env.ts";
import { RUNNER_PATH } from "#compose/metrics/open-metrics.ts";
import {
  summarizeRunner,
  type RunnerCounts,
} from "#compose/metrics/summarize-runner.ts";
import { findRunner } from "./runner-claim.ts";

const TIMEOUT_MS = 3000;

/** What the runner of a data directory has counted, or why nothing is known of it. */
export type RunnerReading =
  | ({ readonly kind: "counts" } & RunnerCounts)
  | { readonly kind: "unknown"; readonly reason: string };

/** Asks the runner that works on the data directory; never rejects because it does not answer. */
export async function readRunnerCounts(
  dataDir: string,
): Promise<RunnerReading> {
  // Else a runner of another data directory might have taken the port.
  if ((await findRunner(dataDir)) === undefined)
    return unknown(`no runner works on ${dataDir}`);
  const { metricsUrl } = (await readConnectionEnv(dataDir)) ?? {};
  if (metricsUrl === undefined)
    return unknown("the runner serves no metrics, as METRICS_PORT is 0");
  try {
    const response = await fetch(`${metricsUrl}${RUNNER_PATH}`, {
      signal: AbortSignal.timeout(TIMEOUT_MS),
    });
    if (!response.ok)
      return unknown(`the runner says: ${(await response.text()).trim()}`);
    return { kind: "counts", ...summarizeRunner(await response.json()) };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return unknown(`the runner does not answer at ${metricsUrl}: ${message}`);
  }
}

function unknown(reason: string): RunnerReading {
  return { kind: "unknown", reason };
}
