import { describeSample, parseExposition } from "./parse-exposition.ts";

/** The answer of a metrics server. */
export interface Scraped {
  readonly status: number;
  readonly text: string;
}

/** Asks the metrics server at this port of 127.0.0.1 as Prometheus does. */
export async function scrape(port: number): Promise<Scraped> {
  const response = await fetch(`http://127.0.0.1:${port}/metrics`);
  return { status: response.status, text: await response.text() };
}

/** Returns the values of a scrape by what `describeSample` calls them. */
export function readValues(text: string): Readonly<Record<string, number>> {
  return Object.fromEntries(
    [...parseExposition(text).values()]
      .flatMap(({ samples }) => samples)
      .map((sample) => [describeSample(sample), sample.value]),
  );
}

/** Scrapes and returns the values; throws when there are no metrics. */
export async function scrapeValues(
  port: number,
): Promise<Readonly<Record<string, number>>> {
  const { status, text } = await scrape(port);
  if (status !== 200) throw new Error(`${status}: ${text}`);
  return readValues(text);
}
