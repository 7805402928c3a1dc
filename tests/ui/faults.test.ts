import type { Page } from "playwright-core";
import { expect, it } from "vitest";

import { DASHBOARDS } from "#shared/domain/dashboards/dashboards.ts";
import {
  alterChart,
  answersOf,
  askNow,
  giveAnswer,
} from "./support/alter-answers.ts";
import {
  cardOf,
  openTable,
  readAnswer,
  readTable,
} from "./support/read-page.ts";
import { takeScreenshot } from "./support/take-screenshot.ts";
import { untilShown, useBrowser } from "./support/use-browser.ts";

const PHONE = { width: 360, height: 740 };
const EMPTY_HOURS = `#hourly-trends?until=${encodeURIComponent("2020-01-01T00:00:00Z")}`;
const MAP_FILE = /\/assets\/draw-map\./;

const { withPage } = useBrowser();
const connectionOf = (page: Page) => page.locator("#connection").textContent();
const describeFocus = (page: Page) =>
  page.evaluate(
    '(document.activeElement.getAttribute("role") ?? document.activeElement.tagName).toLowerCase()',
  );

it("while an answer is on its way nothing of another tab is shown, and what comes late is not shown either", async () => {
  await withPage("#devices", async ({ page, faults }) => {
    const held = Promise.withResolvers<void>();
    const asked = Promise.withResolvers<void>();
    await page.route(answersOf("user-engagement"), async (route) => {
      asked.resolve();
      await held.promise;
      // The page has given it up by then.
      await route.continue().catch(() => undefined);
    });

    await page.getByRole("link", { name: "User Engagement" }).click();
    await asked.promise;

    const listCards = () =>
      page
        .locator("section[data-chart]")
        .evaluateAll((cards) =>
          cards.map((card) => card.getAttribute("data-chart")),
        );
    expect(await listCards()).toEqual(
      DASHBOARDS["user-engagement"].charts.map(({ id }) => id),
    );
    expect(await page.locator("#dashboard tbody, #dashboard svg").count()).toBe(
      0,
    );
    expect(await page.locator("#updated").textContent()).toBe(
      "Not updated yet",
    );
    expect(await page.locator("#still-open").textContent()).toBe("");

    await page.getByRole("link", { name: "Hourly Trends" }).click();
    await untilShown(page);
    held.resolve();
    // One more answer: whatever came late has come by then.
    await page.waitForResponse(answersOf("hourly-trends"));

    expect(await listCards()).toEqual(
      DASHBOARDS["hourly-trends"].charts.map(({ id }) => id),
    );
    expect(await page.getByRole("heading", { level: 2 }).textContent()).toBe(
      "Hourly Trends",
    );
    expect(faults).toEqual([]);
  });
});

it("after a 401 and what is no answer the figures stay, and they go on when nothing has changed", async () => {
  await withPage("#hourly-trends?period=24h", async ({ page }) => {
    const card = cardOf(page, "streams");
    await openTable(card);
    const rows = await readTable(card);

    for (const [status, body] of [
      [401, '{"message":"Unauthorized"}'],
      [200, "<!doctype html><p>Sign in"],
    ] as const) {
      await page.route(answersOf("hourly-trends"), (route) =>
        route.fulfill({ status, body }),
      );
      await askNow(page);
      await expect
        .poll(() => connectionOf(page))
        .toMatch(/^The server has no figures at the moment\. These are /);
      expect(await readTable(card)).toHaveLength(rows.length);

      await page.unroute(answersOf("hourly-trends"));
      const asking = page.waitForRequest(answersOf("hourly-trends"));
      await askNow(page);
      expect(await (await asking).headerValue("if-none-match")).toMatch(
        /^W\/".+"$/,
      );
      await expect.poll(() => connectionOf(page)).toBe("");
      expect(await readTable(card)).toHaveLength(rows.length);
    }
  });
});

it("what was refused once is shown in full when it is answered again", async () => {
  await withPage("#devices", async ({ page }) => {
    await page.route(answersOf("devices"), (route) =>
      route.fulfill({ status: 404, body: '{"error":"no such dashboard"}' }),
    );
    await askNow(page);
    await page
      .getByText("The server refuses this address: no such dashboard")
      .waitFor();

    await page.unroute(answersOf("devices"));
    await askNow(page);

    await cardOf(page, "streams-by-type")
      .locator("svg path")
      .first()
      .waitFor({ state: "attached" });
    expect(await page.getByText("refuses this address").count()).toBe(0);
  });
});

it("a fault of the page is reported and costs one update only", async () => {
  // A period without plays, which nothing that happens beside the test changes.
  await withPage(EMPTY_HOURS, async ({ page, faults }) => {
    const updated = await page.locator("#updated").textContent();
    await page.evaluate(`(() => {
      const { toISOString } = Date.prototype;
      Date.prototype.toISOString = () => {
        Date.prototype.toISOString = toISOString;
        throw new Error("A fault, once.");
      };
    })()`);

    const asking = page.waitForRequest(
      (request) =>
        answersOf("hourly-trends").test(request.url()) &&
        request.headers()["if-none-match"] === undefined,
    );
    await askNow(page);
    await expect.poll(() => faults.join("\n")).toContain("A fault, once.");

    // By itself, and for an answer in full.
    await asking;
    await expect
      .poll(() => page.locator("#updated").textContent())
      .not.toBe(updated);
    expect(faults).toHaveLength(1);
  });
});

it("a chart that cannot be drawn says where its figures are, and is there again with the next answer", async () => {
  const answer = await readAnswer("geographic", "period=24h");
  await withPage("#geographic?period=24h", async ({ page, faults }) => {
    const map = cardOf(page, "map");
    await map.getByRole("button", { name: "Show the map" }).click();
    await map.locator("svg").waitFor();

    await giveAnswer(
      page,
      "geographic",
      alterChart(answer, "map", ({ columns }) => ({
        columns: columns.map((column) => ({
          ...column,
          role: "value" as const,
        })),
      })),
    );
    await askNow(page);

    await map
      .getByText("This chart cannot be drawn. Its table holds the figures.")
      .waitFor();
    await openTable(map);
    expect((await readTable(map)).length).toBeGreaterThan(0);
    expect(faults.join("\n")).toContain("no category column");

    await page.unroute(answersOf("geographic"));
    await askNow(page);
    await expect
      .poll(() => map.locator("svg path").count())
      .toBeGreaterThan(150);
  });
});

it("a table that cannot be shown leads to its CSV", async () => {
  const answer = await readAnswer("pipeline", "period=1h");
  await withPage("#pipeline", async ({ page }) => {
    await giveAnswer(
      page,
      "pipeline",
      alterChart(answer, "revisions", () => ({
        rows: [["no time", "no time", "minutes", 1]],
      })),
    );
    await askNow(page);

    await cardOf(page, "revisions")
      .getByText("This cannot be shown. Its CSV holds the figures.")
      .waitFor();
    expect(await readTable(cardOf(page, "lag"))).not.toEqual([]);
  });
});

it("whoever opens the map goes on at the map, and sees it in another period too", async () => {
  await withPage("#geographic", async ({ page, faults }) => {
    const map = cardOf(page, "map");
    await map.getByRole("button", { name: "Show the map" }).focus();

    await page.keyboard.press("Enter");

    await map.locator("svg path").first().waitFor({ state: "attached" });
    expect(await describeFocus(page)).toBe("img");
    await page.getByRole("radio", { name: "24 hours" }).check();
    await expect.poll(() => page.url()).toMatch(/period=24h$/);
    await expect
      .poll(() => map.locator("svg path").count())
      .toBeGreaterThan(150);
    expect(faults).toEqual([]);
  });
});

it("a map that cannot be loaded is told aloud, with the way out of it, and keeps the focus", async () => {
  await withPage("#geographic", async ({ page }) => {
    await page.route(MAP_FILE, (route) => route.abort());
    const map = cardOf(page, "map");
    await map.getByRole("button", { name: "Show the map" }).focus();

    await page.keyboard.press("Enter");

    await expect
      .poll(() => map.getByRole("status").textContent())
      .toBe("The map could not be loaded. Reload the page to try again.");
    expect(await describeFocus(page)).toBe("status");
    expect(await map.getByRole("button").count()).toBe(0);

    await page.unroute(MAP_FILE);
    await page.reload();
    await map.getByRole("button", { name: "Show the map" }).click();
    await map.locator("svg path").first().waitFor({ state: "attached" });
  });
});

it("the link to the newest plays keeps the focus when there are newer ones", async () => {
  const query = new URLSearchParams({
    period: "1h",
    until: "2020-01-01T00:00:00Z",
  }).toString();
  const answer = await readAnswer("devices", query);
  await withPage(`#devices?${query}`, async ({ page }) => {
    const link = page.getByRole("link", { name: /^Jump to the newest plays/ });
    await link.focus();

    await giveAnswer(page, "devices", {
      ...answer,
      newestPlayAt: "2030-06-01T12:34:00Z",
    });
    await askNow(page);

    await expect
      .poll(() => link.textContent())
      .toBe("Jump to the newest plays, of 2030-06-01 12:34 UTC");
    expect(await link.getAttribute("href")).toBe(
      "#devices?until=2030-06-01T12%3A35%3A00Z",
    );
    expect(await page.evaluate("document.activeElement.textContent")).toContain(
      "2030-06-01 12:34",
    );
  });
});

it("a name is text in one line, however it is made, and breaks no phone", async () => {
  const answer = await readAnswer("content-performance", "period=24h");
  const hostile = `<img src="/none" onerror="document.title='taken'">\u202Eturned\r\nround ${"x".repeat(500)}`;
  const rename = ({ rows }: { rows: readonly (readonly unknown[])[] }) => ({
    rows: rows.map(([, ...values]) => [hostile, ...values.map(Number)]),
  });
  await withPage(
    "#content-performance?period=24h",
    async ({ page, faults }) => {
      await giveAnswer(
        page,
        "content-performance",
        alterChart(alterChart(answer, "top-songs", rename), "artists", rename),
      );
      await askNow(page);

      const artists = cardOf(page, "artists");
      await expect
        .poll(() => artists.locator("tbody th").first().textContent())
        .toMatch(/^<img src="\/none" onerror=".*"> turned round x{500}$/);
      await openTable(cardOf(page, "top-songs"));
      await takeScreenshot(page, "hostile-name-phone");
      expect(await page.locator("main img").count()).toBe(0);
      expect(await page.title()).toMatch(/^Content Performance/);
      expect(
        await page.evaluate("document.documentElement.scrollWidth"),
      ).toBeLessThanOrEqual(PHONE.width);
      const { width = 0 } =
        (await artists.locator("tbody th").first().boundingBox()) ?? {};
      expect(width).toBeLessThan(PHONE.width);
      expect(faults).toEqual([]);
    },
    PHONE,
  );
});

it("a table that is read stays where it is when a number changes", async () => {
  const answer = await readAnswer("pipeline", "period=1h");
  const count = (waiting: number) =>
    alterChart(answer, "dead-letters", () => ({
      rows: Array.from({ length: 30 }, (_, index) => [
        `reason ${index} ${"of many words ".repeat(4)}`,
        "stream-events",
        index === 0 ? waiting : 1,
        0,
        0,
        0,
      ]),
      provisional: Array.from({ length: 30 }, () => false),
    }));
  await withPage(
    "#pipeline",
    async ({ page }) => {
      await giveAnswer(page, "pipeline", count(7));
      await askNow(page);
      const card = cardOf(page, "dead-letters");
      const scroller = card.locator(".scroller");
      await expect.poll(async () => (await readTable(card)).length).toBe(30);
      await scroller.evaluate((element) => element.scrollTo(40, 100));
      await page.evaluate(
        'window.kept = document.querySelector("[data-chart=dead-letters] tbody th")',
      );

      await giveAnswer(page, "pipeline", count(8));
      await askNow(page);

      await expect.poll(async () => (await readTable(card))[0]?.[2]).toBe("8");
      expect(await page.evaluate("window.kept.isConnected")).toBe(true);
      expect(
        await scroller.evaluate(({ scrollLeft, scrollTop }) => [
          scrollLeft,
          scrollTop,
        ]),
      ).toEqual([40, 100]);
    },
    PHONE,
  );
});

it("in forced colours the chosen period, the open tab and the swatches can be told", async () => {
  await withPage(
    "#devices",
    async ({ page }) => {
      await cardOf(page, "usage").locator(".legend .swatch").first().waitFor();
      const read = (selector: string, property: string) =>
        page.evaluate<string>(
          `getComputedStyle(document.querySelector('${selector}')).getPropertyValue("${property}")`,
        );

      await takeScreenshot(page, "devices-forced-colours");
      expect(await read("input:checked + span", "background-color")).not.toBe(
        await read("input:not(:checked) + span", "background-color"),
      );
      expect(
        await read("nav a[aria-current]", "border-block-end-color"),
      ).not.toBe(
        await read("nav a:not([aria-current])", "border-block-end-color"),
      );
      expect(await read(".swatch.colour-1", "background-color")).not.toBe(
        await read(".swatch.colour-2", "background-color"),
      );
    },
    { forcedColors: true },
  );
});
