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
  // Axes, titles and their softened edges are grey; what is drawn of the rows is not.
  const hasColors = (canvas) => {
    const { width, height } = canvas;
    if (width === 0 || height === 0) return false;
    const { data } = canvas.getContext("2d").getImageData(0, 0, width, height);
    let colored = 0;
    for (let index = 0; index < data.length; index += 4) {
      const red = data[index], green = data[index + 1], blue = data[index + 2];
      const range = Math.max(red, green, blue) - Math.min(red, green, blue);
      if (range > 64 && data[index + 3] > 128) colored += 1;
    }
    return colored > 100;
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
