import type { Page } from "playwright-core";

import type {
  Chart,
  DashboardAnswer,
  DashboardName,
} from "#shared/domain/dashboards/answer.ts";

/** The requests for the answers of a dashboard. */
export const answersOf = (dashboard: DashboardName) =>
  new RegExp(`/api/dashboards/${dashboard}\\?`);

/** Gives the page this in place of the answers of a dashboard; without an ETag, so that the next real one comes in full. */
export function giveAnswer(
  page: Page,
  dashboard: DashboardName,
  answer: DashboardAnswer,
): Promise<unknown> {
  return page.route(answersOf(dashboard), (route) =>
    route.fulfill({
      contentType: "application/json",
      body: JSON.stringify(answer),
    }),
  );
}

/** An answer of which one chart is another one. */
export function alterChart(
  answer: DashboardAnswer,
  id: string,
  alter: (chart: Chart) => Partial<Chart>,
): DashboardAnswer {
  return {
    ...answer,
    charts: answer.charts.map((chart) =>
      chart.id === id ? { ...chart, ...alter(chart) } : chart,
    ),
  };
}

/** Has the page ask now, as when its network comes back. */
export function askNow(page: Page): Promise<unknown> {
  return page.evaluate('window.dispatchEvent(new Event("online"))');
}
