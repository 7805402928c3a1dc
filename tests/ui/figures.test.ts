import { expect, inject, it, test } from "vitest";

import type { Cell } from "#shared/domain/dashboards/answer.ts";
import { DASHBOARDS } from "#shared/domain/dashboards/dashboards.ts";
import { selectRows } from "#tests/support/pipeline/read-tables.ts";
import {
  cardOf,
  endOfPlays,
  findChart,
  openTable,
  readAnswer,
  readTable,
  toTable,
} from "./support/read-page.ts";
import { TABS, useBrowser } from "./support/use-browser.ts";

/** The rest has rows whenever there are plays. */
const MAY_BE_EMPTY = new Set(["trending", "revisions"]);
/** They grow while nothing happens. */
const MOVING_FIGURES = new Set(["Watermark delay", "Lag in time"]);

const { withPage } = useBrowser();
const query = (period: "1h" | "24h") =>
  new URLSearchParams({ period, until: endOfPlays() }).toString();

test.each(
  TABS.flatMap((tab) =>
    (["1h", "24h"] as const).map((period) => ({ tab, period })),
  ),
)(
  "the table under each chart of $tab over $period is the API's answer",
  async ({ tab, period }) => {
    await withPage(`#${tab}?${query(period)}`, async ({ page }) => {
      for (const { id, kind } of DASHBOARDS[tab].charts) {
        if (kind === "figures") continue;
        await openTable(cardOf(page, id));
      }
      // What goes on beside the test, such as a window's closing, reaches both in their time.
      await expect
        .poll(async () => {
          const answer = await readAnswer(tab, query(period));
          const differing: string[] = [];
          for (const { id, kind, rows } of answer.charts) {
            if (kind === "figures") continue;
            const shown = await readTable(cardOf(page, id));
            const isSame =
              JSON.stringify(shown) === JSON.stringify(toTable(rows));
            const isMissing = rows.length === 0 && !MAY_BE_EMPTY.has(id);
            if (!isSame || isMissing) differing.push(id);
          }
          return differing;
        })
        .toEqual([]);
    });
  },
);

it("the figures of the pipeline are the API's", async () => {
  await withPage("#pipeline", async ({ page }) => {
    const card = cardOf(page, "state");

    // Windows close by themselves, and the page learns of it with its next answer.
    await expect
      .poll(async () => {
        const { rows } = findChart(
          await readAnswer("pipeline", "period=1h"),
          "state",
        );
        const names = await card.locator("dt").allTextContents();
        const texts = await card.locator("dd").allTextContents();
        const answered = rows.map(writeFigure);
        expect(names).toEqual(answered.map(([name]) => name));
        return answered.filter(
          ([name = "", text], index) =>
            text !== texts[index] && !MOVING_FIGURES.has(name),
        );
      })
      .toEqual([]);
    const [accepted] = await selectRows<{ count: string }>(
      inject("ownerDatabaseUrl"),
      "select count(*) as count from stream_events",
    );
    await expect
      .poll(() =>
        card
          .locator(".figure", { hasText: "Plays accepted" })
          .locator("dd")
          .textContent(),
      )
      .toBe(Number(accepted?.count).toLocaleString("en-US"));
  });
});

/** A figure as people read it. */
function writeFigure([name, count, , time]: readonly Cell[]): string[] {
  const text =
    typeof time === "string"
      ? normalizeTime([time])
          .map((iso) => iso.replace("T", " ").replace(/(:00)?(\.\d+)?Z$/, ""))
          .join("")
      : typeof count === "number"
        ? count.toLocaleString("en-US")
        : "–";
  return [String(name), text];
}

/** The API may write a time with or without milliseconds. */
function normalizeTime([time = "", ...rest]: readonly string[]): string[] {
  return [new Date(time).toISOString().replace(".000Z", "Z"), ...rest];
}
