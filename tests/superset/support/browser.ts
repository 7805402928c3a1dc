import { chromium, type Browser, type Page } from "playwright-core";
import { inject } from "vitest";

import { readAdminPassword } from "#compose/superset/secrets.ts";
import { locateInstance } from "#compose/superset/instance.ts";
import { placeOfRun } from "./session.ts";

/** So high that a dashboard needs no scrolling. */
const VIEWPORT = { width: 1400, height: 2600 };

/** A browser that is signed in, and what it has done. */
export interface Visitor {
  readonly url: string;
  readonly page: Page;
  /** Requests to anywhere but 127.0.0.1; none of them is let through. */
  readonly foreignRequests: string[];
  readonly consoleErrors: string[];
  close(): Promise<void>;
}

/** Opens Chromium and signs in as admin. */
export async function openVisitor(): Promise<Visitor> {
  const { dataDir, port } = placeOfRun();
  const url = `http://127.0.0.1:${port}`;
  const browser: Browser = await chromium.launch({
    executablePath: inject("chromium"),
    args: ["--no-sandbox"],
  });
  const context = await browser.newContext({ viewport: VIEWPORT });
  const page = await context.newPage();
  const foreignRequests: string[] = [];
  const consoleErrors: string[] = [];
  await context.route(
    (address) => address.hostname !== "127.0.0.1",
    async (route) => {
      foreignRequests.push(route.request().url());
      await route.abort();
    },
  );
  page.on("console", (message) => {
    // The page's own pixel, refused by the policy that we send with it.
    const isPixel = message.text().includes("scarf.sh");
    if (message.type() === "error" && !isPixel)
      consoleErrors.push(message.text());
  });
  page.on("pageerror", (error) => consoleErrors.push(String(error)));
  await page.goto(`${url}/login/`);
  await page.locator("#username").fill("admin");
  await page
    .locator("#password")
    .fill(await readAdminPassword(locateInstance(dataDir)));
  await page.locator("#password").press("Enter");
  await page.waitForURL((address) => !address.pathname.startsWith("/login"));
  return {
    url,
    page,
    foreignRequests,
    consoleErrors,
    close: () => browser.close(),
  };
}
