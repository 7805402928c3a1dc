import type { EChartsOption } from "echarts";

import { init, type EChartsType } from "../charts/echarts.ts";
import { createElement } from "./create-element.ts";

/** The place where ECharts draws a chart, which for assistive technology is one image with a sentence. */
export interface Plot {
  readonly element: HTMLElement;
  draw(option: EChartsOption, description: string): void;
  /** Ends what draws; the place can be drawn on again. */
  clear(): void;
}

/** Makes an empty plot; it is drawn anew when its size changes. */
export function createPlot(): Plot {
  const element = createElement("div", { className: "plot" });
  let chart: EChartsType | undefined;
  const resizing = new ResizeObserver(() => chart?.resize());
  return {
    element,
    draw: (option, description) => {
      if (chart === undefined) {
        element.replaceChildren();
        chart = init(element, null, { renderer: "svg" });
        resizing.observe(element);
      }
      // Series that are gone must not stay; those that stay move to their new values.
      chart.setOption(option, { replaceMerge: ["series"] });
      element.setAttribute("role", "img");
      element.setAttribute("aria-label", description);
    },
    clear: () => {
      resizing.disconnect();
      chart?.dispose();
      chart = undefined;
      element.removeAttribute("role");
      element.removeAttribute("aria-label");
    },
  };
}
