import type { Page } from "playwright-core";
import { expect, it } from "vitest";

import { cardOf } from "./support/read-page.ts";
import { useBrowser } from "./support/use-browser.ts";

const { withPage } = useBrowser();
const MOST_STOPS = 80;

/** What has the focus: its name, and whether that shows. A radio button is drawn by the label beside it. */
const DESCRIBE_FOCUS = `(() => {
  const focused = document.activeElement;
  const drawn = focused.type === "radio" ? focused.nextElementSibling : focused;
  const { outlineStyle, outlineWidth } = getComputedStyle(drawn);
  return {
    tag: focused.tagName.toLowerCase(),
    text: focused.getAttribute("aria-label") ?? focused.textContent.trim(),
    value: focused.value ?? "",
    isMarked: outlineStyle !== "none" && parseFloat(outlineWidth) >= 2,
  };
})()`;

interface Focus {
  readonly tag: string;
  readonly text: string;
  readonly value: string;
  readonly isMarked: boolean;
}

const readFocus = (page: Page): Promise<Focus> =>
  page.evaluate<Focus>(DESCRIBE_FOCUS);

/** Goes on by the tabulator until this has the focus; every stop on the way has to be seen. */
async function tabTo(
  page: Page,
  isGoal: (focus: Focus) => boolean,
): Promise<Focus> {
  for (let stop = 0; stop < MOST_STOPS; stop += 1) {
    await page.keyboard.press("Tab");
    const focus = await readFocus(page);
    expect(focus).toMatchObject({ isMarked: true });
    if (isGoal(focus)) return focus;
  }
  throw new Error(`Not reached by ${MOST_STOPS} stops.`);
}

it("all can be done with a keyboard alone, and the focus is seen everywhere", async () => {
  await withPage("", async ({ page, faults }) => {
    await page.keyboard.press("Tab");
    expect(await readFocus(page)).toMatchObject({ text: "Skip to the charts" });

    await tabTo(page, ({ text }) => text === "User Engagement");
    await page.keyboard.press("Enter");
    const heading = page.getByRole("heading", { level: 2 });
    await expect.poll(() => heading.textContent()).toBe("User Engagement");

    await tabTo(page, ({ tag }) => tag === "input");
    await page.keyboard.press("ArrowRight");
    await expect
      .poll(() => page.url())
      .toMatch(/#user-engagement\?period=24h$/);
    expect(await readFocus(page)).toMatchObject({
      value: "24h",
      isMarked: true,
    });

    const card = cardOf(page, "active-users");
    await card.locator("svg path").first().waitFor({ state: "attached" });
    await tabTo(page, ({ tag }) => tag === "summary");
    await page.keyboard.press("Enter");
    await card.locator("table").waitFor();
    await tabTo(page, ({ text }) => text === "Table: Active users");
    await tabTo(page, ({ text }) => text === "CSV of Active users");
    expect(faults).toEqual([]);
  });
});

it("the skip link leads to the charts and leaves the address alone", async () => {
  await withPage("#devices", async ({ page }) => {
    await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");

    await expect
      .poll(() => page.evaluate("document.activeElement.id"))
      .toBe("content");
    expect(page.url()).toMatch(/#devices$/);
    expect((await tabTo(page, () => true)).tag).toBe("input");
  });
});

it("each chart is one image, named by a sentence with its main figure", async () => {
  await withPage("#user-engagement?period=24h", async ({ page }) => {
    const card = cardOf(page, "active-users");
    const image = card.locator('.plot[role="img"]');
    await image.locator("svg").waitFor();

    expect(await image.getAttribute("aria-label")).toMatch(
      /^Active users\. Active users: \d+ at \d\d:00 UTC(, provisional)?; highest \d+ at \d\d:00 UTC\.$/,
    );
    await expect
      .poll(() => card.locator(".legend").textContent())
      .toContain("provisional: still open");
  });
});
