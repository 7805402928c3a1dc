import { mkdir } from "node:fs/promises";
import { join } from "node:path";

import type { Request } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";

import { PROJECT_ROOT } from "#compose/runner/project-root.ts";
import { listPlacedCharts } from "#compose/superset/assets/check-dashboards.ts";
import { BUNDLE_FOLDER } from "#compose/superset/home.ts";
import { loadBundle } from "#compose/superset/roll-out.ts";
import { openVisitor, type Visitor } from "./support/browser.ts";
import { readDrawnCharts } from "./support/drawn-charts.ts";

const PICTURES = join(PROJECT_ROOT, ".data", "superset-pictures");
const DRAW_TIMEOUT_MS = 60_000;
/** refresh_frequency of the dashboards. */
const REFRESH_MS = 30_000;

const { assets } = await loadBundle(BUNDLE_FOLDER);
const dashboards = [...assets.dashboards.values()];

let visitor: Visitor;
beforeAll(async () => {
  await mkdir(PICTURES, { recursive: true });
  visitor = await openVisitor();
});
afterAll(() => visitor?.close());

test.each(
  dashboards.map((dashboard) => [dashboard.dashboard_title, dashboard]),
)(
  "%s draws every chart, without an error and without a word to anybody else",
  async (_, dashboard) => {
    const { page, url, foreignRequests, consoleErrors } = visitor;
    consoleErrors.length = 0;
    await page.goto(`${url}/superset/dashboard/${dashboard.slug}/`);
    const { placed } = listPlacedCharts(dashboard);
    const titles = placed.map(({ sliceName }) => sliceName);

    await expect
      .poll(() => readDrawnCharts(page), { timeout: DRAW_TIMEOUT_MS })
      .toEqual(
        titles.map((title) => ({ title, state: "drawn" })).sort(byTitle),
      );

    await page.screenshot({
      path: join(PICTURES, `${dashboard.slug}.png`),
      fullPage: true,
    });
    expect(foreignRequests).toEqual([]);
    expect(consoleErrors).toEqual([]);
  },
);

test("a dashboard asks for its charts again by itself", async () => {
  const { page, url } = visitor;
  const asked = new Map<Request, { slice: string; atMs: number }>();
  const answers: { slice: string; atMs: number; status: number }[] = [];
  page.on("request", (request) => {
    const slice = readSlice(request.url());
    if (slice !== undefined)
      asked.set(request, { slice, atMs: performance.now() });
  });
  page.on("response", (response) => {
    const question = asked.get(response.request());
    if (question !== undefined)
      answers.push({ ...question, status: response.status() });
  });
  await page.goto(`${url}/superset/dashboard/hourly-trends/`);
  await expect
    .poll(async () => (await readDrawnCharts(page)).map(({ state }) => state), {
      timeout: DRAW_TIMEOUT_MS,
    })
    .toEqual(["drawn", "drawn", "drawn", "drawn"]);

  // Each was asked for, and what is asked for again at once would be no refresh.
  const opened = [...asked.values()];
  const slices = new Set(opened.map(({ slice }) => slice));
  expect(slices.size).toBe(4);
  const lastAtMs = Math.max(...opened.map(({ atMs }) => atMs));
  const listRefreshed = () =>
    answers.filter(({ atMs }) => atMs > lastAtMs + REFRESH_MS / 2);

  await expect
    .poll(() => new Set(listRefreshed().map(({ slice }) => slice)), {
      timeout: 3 * REFRESH_MS,
    })
    .toEqual(slices);
  expect(new Set(listRefreshed().map(({ status }) => status))).toEqual(
    new Set([200]),
  );
});

/** The number of the chart that a request asks for; undefined for another request. */
function readSlice(address: string): string | undefined {
  const { pathname, searchParams } = new URL(address);
  return pathname === "/api/v1/chart/data"
    ? (searchParams.get("form_data") ?? "none")
    : undefined;
}

function byTitle(first: { title: string }, second: { title: string }): number {
  return first.title < second.title ? -1 : 1;
}
