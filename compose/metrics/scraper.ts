import { Registry } from "prom-client";

import type { Clock } from "#compose/scheduler/scheduler.ts";
import type { Status } from "#compose/runner/read-status.ts";
import {
  listMappingFamilies,
  type CountingMapping,
} from "./list-mapping-families.ts";
import { listStatusFamilies } from "./list-status-families.ts";
import { registerFamilies } from "./metric-family.ts";
import type { Scrape } from "./metrics-server.ts";

export interface ScraperOptions {
  /** One reading at a time is asked for. */
  readonly readStatus: () => Promise<Status>;
  readonly mappings: readonly CountingMapping[];
  /** What is measured all the time. */
  readonly measured: Registry;
  readonly clock: Clock;
  /** How long Kafka and Postgres may take: below the ten seconds that Prometheus waits. */
  readonly timeoutMs: number;
}

/** Reads everything at this moment; never rejects, and answers in time whatever the servers do. */
export type Scraper = () => Promise<Scrape>;

/** Returns a scraper; scrapes that come while one is under way share its reading. */
export function createScraper(options: ScraperOptions): Scraper {
  const { readStatus, mappings, measured, clock, timeoutMs } = options;
  let reading: Promise<Scrape> | undefined;

  const read = async (): Promise<Scrape> => {
    try {
      const families = [
        ...listStatusFamilies(await readStatus()),
        ...listMappingFamilies(mappings),
      ];
      const registry = Registry.merge([registerFamilies(families), measured]);
      return {
        kind: "metrics",
        type: registry.contentType,
        text: await registry.metrics(),
      };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      return unavailable(`The status cannot be read: ${message}`);
    }
  };
  const giveUp = async (signal: AbortSignal): Promise<Scrape> => {
    await clock.delay(timeoutMs, signal);
    return unavailable(
      `The status cannot be read: Kafka or Postgres has not answered within ${timeoutMs / 1000} s.`,
    );
  };
  return async () => {
    const answered = new AbortController();
    // A reading that takes longer goes on, and the next scrape waits for it: they must not pile up.
    reading ??= read().finally(() => {
      reading = undefined;
    });
    const scrape = await Promise.race([reading, giveUp(answered.signal)]);
    answered.abort();
    return scrape;
  };
}

function unavailable(reason: string): Scrape {
  return { kind: "unavailable", reason };
}
