import {
  createInvocationMeter,
  type InvocationMeter,
} from "./invocation-meter.ts";
import { startMetricsServer, type Scrape } from "./metrics-server.ts";
import { createScraper, type ScraperOptions } from "./scraper.ts";

/** Below the ten seconds that Prometheus waits for a scrape unless told otherwise. */
const SCRAPE_TIMEOUT_MS = 8000;
const refuse = (): Promise<Scrape> =>
  Promise.resolve({
    kind: "unavailable",
    reason: "The runner is starting or stopping.",
  });

/** The metrics of a runner, answered at `http://127.0.0.1:<port>/metrics`. */
export interface Metrics {
  readonly invocations: InvocationMeter;
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
  let scrape = refuse;
  const underWay = new Set<Promise<Scrape>>();
  const server =
    port === 0
      ? undefined
      : await startMetricsServer(port, () => {
          const scraping = scrape().finally(() => underWay.delete(scraping));
          underWay.add(scraping);
          return scraping;
        });
  return {
    invocations,
    serve: (sources) => {
      const measured = invocations.registry;
      scrape = createScraper({ ...sources, measured, timeoutMs });
      return async () => {
        scrape = refuse;
        await Promise.all(underWay);
      };
    },
    close: async () => server?.close(),
  };
}
