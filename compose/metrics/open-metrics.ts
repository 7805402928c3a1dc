import {
  createInvocationMeter,
  type InvocationMeter,
} from "./invocation-meter.ts";
import { startMetricsServer, type Answer } from "./metrics-server.ts";
import { createScraper, type Scraper, type ScraperOptions } from "./scraper.ts";

/** Below the ten seconds that Prometheus waits for a scrape unless told otherwise. */
const SCRAPE_TIMEOUT_MS = 8000;
/** Where `npm run status` asks for what only the runner knows. */
export const RUNNER_PATH = "/metrics/runner";

/** The metrics of a runner, answered at `http://127.0.0.1:<port>/metrics`. */
export interface Metrics {
  readonly invocations: InvocationMeter;
  /** `http://127.0.0.1:<port>`; undefined where they are served nowhere. */
  readonly url: string | undefined;
  /** Answers with metrics from now on, until the function that is returned was called; then a scrape under way is over. */
  serve(
    sources: Pick<ScraperOptions, "readStatus" | "mappings" | "clock">,
  ): () => Promise<void>;
  close(): Promise<void>;
}

/** Takes the port, or none where it is 0; throws `port_in_use` (user). */
export async function openMetrics(
  port: number,
  timeoutMs = SCRAPE_TIMEOUT_MS,
): Promise<Metrics> {
  const invocations = createInvocationMeter();
  let scraper = REFUSING;
  const underWay = new Set<Promise<Answer>>();
  const track = (answer: Promise<Answer>): Promise<Answer> => {
    const tracked = answer.finally(() => underWay.delete(tracked));
    underWay.add(tracked);
    return tracked;
  };
  const server =
    port === 0
      ? undefined
      : await startMetricsServer(port, {
          "/metrics": () => track(scraper.scrape()),
          [RUNNER_PATH]: () => track(scraper.readRunner()),
        });
  return {
    invocations,
    url: server === undefined ? undefined : `http://127.0.0.1:${port}`,
    serve: (sources) => {
      const measured = invocations.registry;
      scraper = createScraper({ ...sources, measured, timeoutMs });
      return async () => {
        scraper = REFUSING;
        await Promise.all(underWay);
      };
    },
    close: async () => server?.close(),
  };
}

const refuse = (): Promise<Answer> =>
  Promise.resolve({
    kind: "unavailable",
    reason: "The runner is starting or stopping.",
  });
const REFUSING: Scraper = { scrape: refuse, readRunner: refuse };
