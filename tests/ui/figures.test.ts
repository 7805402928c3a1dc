import { expect, inject, it, test } from "vitest";

import type { Cell, DashboardName } from "#shared/domain/dashboards/answer.ts";
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

/** Rows of what the facts say, counted by nobody's code but the test's. */
const selectFacts = <Row extends Record<string, unknown>>(
  hours: number,
  text: string,
) =>
  selectRows<Row>(
    inject("ownerDatabaseUrl"),
    `with plays as (
       select e.*, e."timestamp" at time zone 'UTC' as played_at from stream_events e
       where e."timestamp" < $1::timestamptz and e."timestamp" >= $1::timestamptz - interval '${hours} hours'
     ) ${text}`,
    [endOfPlays()],
  );

/** What the table of a chart on the page holds. */
function readShown(
  dashboard: DashboardName,
  chart: string,
  period: "1h" | "24h",
): Promise<string[][]> {
  return withPage(`#${dashboard}?${query(period)}`, async ({ page }) => {
    const card = cardOf(page, chart);
    await openTable(card);
    return readTable(card);
  });
}

/** Rows without the buckets in which nothing happened. */
const withoutZeros = (rows: readonly string[][]) =>
  rows.filter(([, count]) => Number(count) > 0);

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

it("the top songs are those of the facts", async () => {
  const songs = await selectFacts<{ title: string; count: string }>(
    24,
    `select s.title, count(*) as count from plays join songs s using (song_id)
     group by song_id, s.title order by 2 desc`,
  );

  const shown = await readShown("content-performance", "top-songs", "24h");

  expect(shown.map(([, count]) => count)).toEqual(
    songs.slice(0, 10).map(({ count }) => count),
  );
  for (const [label = "", count] of shown) {
    // Of songs with as many streams any may be among the ten.
    expect(
      songs.filter((song) => song.count === count).map(({ title }) => title),
    ).toContainEqual(label.split(" – ")[0]);
  }
});

it("the streams by country are those of the facts", async () => {
  const countries = await selectFacts<{ country: string; count: string }>(
    24,
    `select l.country, count(*) as count from plays join locations l using (location_id)
     group by 1 order by 2 desc`,
  );

  const shown = await readShown("geographic", "streams-by-country", "24h");

  expect(shown.map(([, count]) => count)).toEqual(
    countries.slice(0, 15).map(({ count }) => count),
  );
  expect(countries.map(({ country, count }) => [country, count])).toEqual(
    expect.arrayContaining(shown),
  );
});

it("the streams per hour are those of the facts, and hours without any are 0", async () => {
  const hours = await selectFacts<{ hour: string; count: string }>(
    24,
    `select to_char(date_trunc('hour', played_at), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as hour, count(*) as count
     from plays group by 1 order by 1`,
  );

  const shown = await readShown("hourly-trends", "streams", "24h");

  expect(shown).toHaveLength(24);
  expect(withoutZeros(shown).map(normalizeTime)).toEqual(
    hours.map(({ hour, count }) => [hour, count]),
  );
});

it("the active users of each window are those of the facts", async () => {
  const windows = await selectFacts<{ start: string; count: string }>(
    1,
    `select to_char(date_bin('5 minutes', played_at, timestamp '1970-01-01'), 'YYYY-MM-DD"T"HH24:MI:SS"Z"') as start,
       count(distinct user_id) as count
     from plays group by 1 order by 1`,
  );

  const shown = await readShown("user-engagement", "active-users", "1h");

  expect(shown).toHaveLength(12);
  expect(withoutZeros(shown).map(normalizeTime)).toEqual(
    windows.map(({ start, count }) => [start, count]),
  );
});

it("the unique users of a region are counted once each, over the whole day", async () => {
  const regions = await selectFacts<{ region: string; count: string }>(
    24,
    `select l.region, count(distinct user_id) as count from plays join locations l using (location_id)
     group by l.country, l.region order by 2 desc`,
  );

  const shown = await readShown("geographic", "unique-users-by-region", "24h");

  expect(shown.map(([, count]) => count)).toEqual(
    regions.slice(0, 15).map(({ count }) => count),
  );
  for (const [label = "", count] of shown) {
    expect(
      regions.some(
        (region) => region.count === count && label.startsWith(region.region),
      ),
    ).toBe(true);
  }
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
