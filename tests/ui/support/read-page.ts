import type { Locator, Page } from "playwright-core";
import { inject } from "vitest";

import type {
  Cell,
  Chart,
  DashboardAnswer,
  DashboardName,
} from "#shared/domain/dashboards/answer.ts";

const HOUR_MS = 3_600_000;

/** The end of a fixed day in which all the plays of the setup lie that are not older. */
export function endOfPlays(): string {
  const endMs = Math.ceil(Date.parse(inject("playsEndAt")) / HOUR_MS) * HOUR_MS;
  return new Date(endMs).toISOString().replace(".000Z", "Z");
}

/** The parameters of that day. */
export function dayOfPlays(): string {
  return new URLSearchParams({ period: "24h", until: endOfPlays() }).toString();
}

/** Asks the API itself, beside the page. */
export async function readAnswer(
  dashboard: DashboardName,
  query: string,
): Promise<DashboardAnswer> {
  const response = await fetch(
    `${inject("pageOrigin")}/api/dashboards/${dashboard}?${query}`,
  );
  if (!response.ok)
    throw new Error(`${response.status}: ${await response.text()}`);
  const answer: DashboardAnswer = JSON.parse(await response.text());
  return answer;
}

/** The chart of an answer with this id. */
export function findChart({ charts }: DashboardAnswer, id: string): Chart {
  const chart = charts.find((candidate) => candidate.id === id);
  if (chart === undefined) throw new Error(`The answer has no chart ${id}.`);
  return chart;
}

/** The card of a chart. */
export function cardOf(page: Page, id: string): Locator {
  return page.locator(`section[data-chart="${id}"]`);
}

/** Opens the table of a chart where it is closed. */
export async function openTable(card: Locator): Promise<void> {
  const details = card.locator("details");
  if ((await details.count()) === 0) return;
  if ((await details.getAttribute("open")) === null)
    await details.locator("summary").click();
}

/** The exact values of a chart's table, as they stand beside what is shown. */
export function readTable(card: Locator): Promise<string[][]> {
  return card
    .locator("tbody tr")
    .evaluateAll((rows) =>
      rows.map((row) =>
        [...row.querySelectorAll("data, time")].map(
          (cell) =>
            cell.getAttribute("value") ?? cell.getAttribute("datetime") ?? "",
        ),
      ),
    );
}

/** Cells as a table holds them. */
export function toTable(rows: readonly (readonly Cell[])[]): string[][] {
  return rows.map((row) =>
    row.map((cell) => (cell === null ? "" : String(cell))),
  );
}
