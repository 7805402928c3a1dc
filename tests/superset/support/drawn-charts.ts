import type { Page } from "playwright-core";

/** What can be seen of a chart on a dashboard. */
export interface DrawnChart {
  readonly title: string;
  /** `drawn`, or what is there instead. */
  readonly state: string;
}

/** Looks at every chart of the dashboard that is open, in the order of the titles. */
export async function readDrawnCharts(page: Page): Promise<DrawnChart[]> {
  const charts = await page.evaluate<DrawnChart[]>(SCRIPT);
  return charts.sort((first, second) => (first.title < second.title ? -1 : 1));
}

// A text: the types of a page's own objects are for pages, and this project's code runs in Node.
const SCRIPT = String.raw`(() => {
  const hasColors = (canvas) => {
    const { width, height } = canvas;
    if (width === 0 || height === 0) return false;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    const colors = new Set();
    for (let index = 0; index < data.length; index += 28)
      colors.add(data.slice(index, index + 4).join());
    return colors.size > 4;
  };
  const describe = (holder) => {
    const alert = holder.querySelector("[role=alert], .ant-alert-error");
    if (alert !== null) return "error: " + alert.textContent;
    if (holder.querySelector(".loading, [data-test=loading-indicator]") !== null)
      return "loading";
    if (holder.querySelector(".ant-empty") !== null) return "empty";
    const isDrawn =
      [...holder.querySelectorAll("canvas")].some(hasColors) ||
      holder.querySelector("tbody td") !== null ||
      holder.querySelectorAll("path.datamaps-subunit").length > 100;
    return isDrawn ? "drawn" : "blank";
  };
  return [...document.querySelectorAll("[data-test-viz-type]")].map(
    (holder) => ({
      title: (
        holder.querySelector("[data-test=editable-title]")?.textContent ?? ""
      ).trim(),
      state: describe(holder),
    }),
  );
})()`;
