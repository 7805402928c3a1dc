import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";

import { DASHBOARDS } from "#shared/domain/dashboards/dashboards.ts";
import { cardOf, openTable } from "./support/read-page.ts";
import { takeScreenshot } from "./support/take-screenshot.ts";
import { SCHEMES, TABS, useBrowser } from "./support/use-browser.ts";

const RULES = [
  "wcag2a",
  "wcag2aa",
  "wcag21a",
  "wcag21aa",
  "wcag22aa",
  "best-practice",
];
const PHONE = { width: 360, height: 740 };
/** Above this people notice that the page has moved (Core Web Vitals). */
const MOST_LAYOUT_SHIFT = 0.1;

const { withPage } = useBrowser();

describe.each(TABS)("%s", (tab) => {
  const { title, charts } = DASHBOARDS[tab];

  it.each(SCHEMES)(
    "draws every chart in %s, with no fault in the console, and axe finds nothing",
    async (scheme) => {
      await withPage(
        `#${tab}`,
        async ({ page, faults }) => {
          await page.getByRole("heading", { level: 2, name: title }).waitFor();
          if (tab === "geographic") await showMap(page);
          for (const { id, kind } of charts) await untilDrawn(page, id, kind);
          await takeScreenshot(page, `${tab}-${scheme}`);

          for (const { id } of charts) await openTable(cardOf(page, id));
          expect(await findViolations(page)).toEqual([]);
          expect(faults).toEqual([]);
        },
        { scheme },
      );
    },
  );

  it("fits a phone, tables included, and draws every chart there", async () => {
    await withPage(
      `#${tab}`,
      async ({ page, faults }) => {
        for (const { id, kind } of charts) {
          if (kind !== "map") await untilDrawn(page, id, kind);
        }
        await takeScreenshot(page, `${tab}-phone`);
        for (const { id } of charts) await openTable(cardOf(page, id));

        expect(
          await page.evaluate("document.documentElement.scrollWidth"),
        ).toBeLessThanOrEqual(PHONE.width);
        expect(await findViolations(page)).toEqual([]);
        expect(faults).toEqual([]);
      },
      { ...PHONE, scheme: "dark" },
    );
  });

  it("keeps its places while it loads", async () => {
    await withPage(`#${tab}`, async ({ page }) => {
      for (const { id, kind } of charts) {
        if (kind !== "map") await untilDrawn(page, id, kind);
      }

      const shift = await page.evaluate(`(() => {
        const observer = new PerformanceObserver(() => undefined);
        observer.observe({ type: "layout-shift", buffered: true });
        return observer.takeRecords().reduce((sum, { value }) => sum + value, 0);
      })()`);

      expect(shift).toBeLessThan(MOST_LAYOUT_SHIFT);
    });
  });
});

it("a map that has no width for a while is drawn again, and nothing is reported", async () => {
  await withPage("#geographic", async ({ page, faults }) => {
    await showMap(page);
    const setDisplay = (display: string) =>
      page.evaluate(
        `document.getElementById("dashboard").style.display = "${display}"`,
      );

    await setDisplay("none");
    await page.setViewportSize({ width: 700, height: 900 });
    await setDisplay("");

    const svg = cardOf(page, "map").locator("svg");
    await expect
      .poll(async () => Number(await svg.getAttribute("width")))
      .toBeLessThan(700);
    expect(await svg.locator("path").count()).toBeGreaterThan(150);
    expect(faults).toEqual([]);
  });
});

/** Waits until the card of a chart shows what its kind is shown as. */
async function untilDrawn(page: Page, id: string, kind: string): Promise<void> {
  const card = cardOf(page, id);
  const place =
    kind === "figures"
      ? card.locator("dl.figures div").first()
      : kind === "table"
        ? card.locator("table tbody tr, .nothing").first()
        : card.locator('[role="img"][aria-label] svg path').first();
  await place.waitFor({ state: "attached" });
}

async function showMap(page: Page): Promise<void> {
  const card = cardOf(page, "map");
  await card.getByRole("button", { name: "Show the map" }).click();
  // A hundred and seventy countries, not an empty frame.
  await expect
    .poll(() => card.locator("svg path").count())
    .toBeGreaterThan(150);
}

async function findViolations(page: Page): Promise<unknown[]> {
  const { violations } = await new AxeBuilder({ page })
    .withTags(RULES)
    .analyze();
  return violations.map(({ id, nodes }) => ({
    id,
    targets: nodes.map(({ target, failureSummary }) => [
      target.join(" "),
      failureSummary,
    ]),
  }));
}
