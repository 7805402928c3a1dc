import { Registry } from "prom-client";

import type { Clock } from "#compose/scheduler/scheduler.ts";
import type { Status } from "#compose/runner/read-status.ts";
import {
  listMappingFamilies,
  type CountingMapping,
} from "./list-mapping-families.ts";
import { listStatusFamilies } from "./list-status-families.ts";
import { registerFamilies, type MetricFamily } from "./metric-family.ts";
import type { Answer } from "./metrics-server.ts";

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

/** Answers at this moment; never rejects. */
export interface Scraper {
  /** Everything, in Prometheus' text format and in time whatever the servers do: without them, what the runner knows itself. */
  scrape(): Promise<Answer>;
  /** What the runner knows itself, as the library's JSON; asks no server. */
  readRunner(): Promise<Answer>;
}

/** What Kafka and Postgres say, or that and why they say nothing. */
interface StatusReading {
  readonly registry: Registry;
  readonly problem?: string;
}

/** Returns a scraper; scrapes that come while one is under way share its reading. */
export function createScraper(options: ScraperOptions): Scraper {
  const { readStatus, mappings, measured, clock, timeoutMs } = options;
  let reading: Promise<StatusReading> | undefined;

  const read = async (): Promise<StatusReading> => {
    try {
      const families = listStatusFamilies(await readStatus());
      return { registry: registerFamilies([describeUp(1), ...families]) };
    } catch (error) {
      return unread(error instanceof Error ? error.message : String(error));
    }
  };
  const giveUp = async (signal: AbortSignal): Promise<StatusReading> => {
    await clock.delay(timeoutMs, signal);
    return unread(
      `Kafka or Postgres has not answered within ${timeoutMs / 1000} s.`,
    );
  };
  const readInTime = async (): Promise<StatusReading> => {
    const answered = new AbortController();
    // A reading that takes longer goes on, and the next scrape waits for it: they must not pile up.
    reading ??= read().finally(() => {
      reading = undefined;
    });
    const inTime = await Promise.race([reading, giveUp(answered.signal)]);
    answered.abort();
    return inTime;
  };
  const listOwn = () => [
    registerFamilies(listMappingFamilies(mappings)),
    measured,
  ];
  return {
    scrape: async () => {
      const { registry, problem } = await readInTime();
      const all = Registry.merge([registry, ...listOwn()]);
      const text = await all.metrics();
      return {
        kind: "answer",
        type: all.contentType,
        text: problem === undefined ? text : `${text}${toComment(problem)}`,
      };
    },
    readRunner: async () => {
      const own = await Registry.merge(listOwn()).getMetricsAsJSON();
      return {
        kind: "answer",
        type: "application/json",
        text: JSON.stringify(own),
      };
    },
  };
}

function describeUp(value: 0 | 1): MetricFamily {
  return {
    kind: "gauge",
    name: "streaming_status_up",
    help: "1 when Kafka and Postgres were read for this scrape; 0 when they were not: then only what the runner knows itself is here",
    samples: [{ value }],
  };
}

function unread(reason: string): StatusReading {
  return {
    registry: registerFamilies([describeUp(0)]),
    problem: `The status cannot be read: ${reason}`,
  };
}

/** For people: Prometheus passes over comments, and a label that changes with every message would be a new series each. */
function toComment(text: string): string {
  return `# ${text.replaceAll(/\s+/g, " ")}\n`;
}
