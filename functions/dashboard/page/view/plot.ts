import type { EChartsOption } from "echarts";

import type { EChartsType } from "../charts/echarts.ts";
import { createElement } from "./create-element.ts";

/** The place where ECharts draws a chart, which for assistive technology is one image with a sentence. */
export interface Plot {
  readonly element: HTMLElement;
  /** Throws what `buildOption` throws. */
  draw(
    buildOption: (width: number) => EChartsOption,
    description: string,
  ): void;
  /** Ends what draws; the place can be drawn on again. */
  clear(): void;
}

/** What stands in place of a chart that cannot be drawn. */
export const CANNOT_BE_DRAWN =
  "This chart cannot be drawn. Its table holds the figures.";

type Builder = (width: number) => EChartsOption;

// ECharts is most of the page: while the browser reads it, the page is laid out and the API is asked.
const loading = import("../charts/echarts.ts");

/** Resolves when charts can be drawn at once; rejects when what draws them could not be loaded. */
export const untilDrawable: Promise<unknown> = loading;

/** Makes an empty plot; it is drawn anew when its width changes. */
export function createPlot(): Plot {
  const element = createElement("div", { className: "plot" });
  let chart: EChartsType | undefined;
  let build: Builder | undefined;
  let option: EChartsOption | undefined;
  let builtWidth = 0;
  const paint = async () => {
    const { init } = await loading;
    // Without a width, as in a window that is being resized, ECharts cannot lay out a map; the observer tells of the next one.
    if (option === undefined || element.clientWidth === 0) return;
    if (chart === undefined) {
      element.replaceChildren();
      chart = init(element, null, { renderer: "svg" });
    } else if (chart.getWidth() !== element.clientWidth) chart.resize();
    // Series that are gone must not stay; those that stay move to their new values.
    chart.setOption(option, { replaceMerge: ["series"] });
  };
  const resizing = new ResizeObserver(() => {
    if (element.clientWidth === builtWidth || build === undefined) return;
    builtWidth = element.clientWidth;
    option = build(builtWidth);
    void paint().catch(reportFault);
  });
  return {
    element,
    draw: (buildOption, description) => {
      build = buildOption;
      builtWidth = element.clientWidth;
      option = buildOption(builtWidth);
      element.setAttribute("role", "img");
      element.setAttribute("aria-label", description);
      resizing.observe(element);
      void paint().catch(reportFault);
    },
    clear: () => {
      resizing.disconnect();
      chart?.dispose();
      chart = undefined;
      build = undefined;
      option = undefined;
      element.removeAttribute("role");
      element.removeAttribute("aria-label");
    },
  };
}

/** The page itself tells when what draws could not be loaded; anything else is a fault of this page's. */
async function reportFault(error: unknown): Promise<void> {
  try {
    await loading;
  } catch {
    return;
  }
  reportError(error);
}
