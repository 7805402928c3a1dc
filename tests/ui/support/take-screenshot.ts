import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

import type { Page } from "playwright-core";

/** What the tests leave to be looked at; it is not committed. */
export const RESULTS_FOLDER = fileURLToPath(
  new URL("../results", import.meta.url),
);

/** Keeps a picture of the whole page. */
export async function takeScreenshot(page: Page, name: string): Promise<void> {
  await mkdir(RESULTS_FOLDER, { recursive: true });
  await page.screenshot({
    path: join(RESULTS_FOLDER, `${name}.png`),
    fullPage: true,
  });
}
