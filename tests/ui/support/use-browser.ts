import { chromium, type Browser, type Page } from "playwright-core";
import { afterAll, beforeAll, inject } from "vitest";

import { DASHBOARD_NAMES } from "#shared/domain/dashboards/answer.ts";

export type Scheme = "light" | "dark";

export const TABS = DASHBOARD_NAMES;
export const SCHEMES: readonly Scheme[] = ["light", "dark"];

/** What a page is opened with. */
export interface PageOptions {
  readonly scheme?: Scheme;
  readonly width?: number;
  readonly height?: number;
  readonly reducedMotion?: boolean;
  readonly forcedColors?: boolean;
}

/** A page and all that its console has told of as wrong, breaches of the policy among them. */
export interface OpenPage {
  readonly page: Page;
  readonly faults: readonly string[];
  /** Cuts the page off from its server, and connects it again. */
  readonly setOffline: (isOffline: boolean) => Promise<void>;
}

/** One Chromium per test file; each test has a profile of its own, so that nothing is cached. */
export function useBrowser(): {
  readonly withPage: <Result>(
    hash: string,
    work: (open: OpenPage) => Promise<Result>,
    options?: PageOptions,
  ) => Promise<Result>;
} {
  let browser: Browser;
  beforeAll(async () => {
    browser = await chromium.launch({
      executablePath: inject("chromiumPath"),
      // The tests may run as root, who has no sandbox.
      args: ["--no-sandbox"],
    });
  });
  afterAll(() => browser?.close());
  return {
    withPage: async (
      hash,
      work,
      {
        scheme = "light",
        width = 1280,
        height = 900,
        reducedMotion = false,
        forcedColors = false,
      } = {},
    ) => {
      const context = await browser.newContext({
        viewport: { width, height },
        colorScheme: scheme,
        reducedMotion: reducedMotion ? "reduce" : "no-preference",
        forcedColors: forcedColors ? "active" : "none",
        acceptDownloads: true,
        // The page must be right whatever the zone of its reader.
        timezoneId: "America/New_York",
      });
      try {
        const page = await context.newPage();
        const faults = collectFaults(page);
        await page.goto(`${inject("pageOrigin")}/dashboards${hash}`);
        await untilShown(page);
        return await work({
          page,
          faults,
          setOffline: (isOffline) => context.setOffline(isOffline),
        });
      } finally {
        await context.close();
      }
    },
  };
}

/** Waits until the page shows an answer or says why there is none. */
export async function untilShown(page: Page): Promise<void> {
  await page.locator('#dashboard[aria-busy="false"]').waitFor();
}

function collectFaults(page: Page): string[] {
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(error.stack ?? String(error)));
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type()))
      faults.push(`${message.type()}: ${message.text()}`);
  });
  return faults;
}
