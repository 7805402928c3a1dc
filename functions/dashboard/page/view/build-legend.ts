import type { Legend } from "../charts/plan-legend.ts";
import { pickSymbol } from "../charts/series-symbols.ts";
import { createElement } from "./create-element.ts";

/** Builds the legend as text of the page: it wraps, is measured right, and is read out after the chart. */
export function buildLegend({
  series,
  scale,
  provisional,
  drawnAs,
}: Legend): HTMLElement[] {
  const items = series.map(({ name, colour }, index) =>
    buildItem(
      name,
      `swatch ${drawnAs === "line" ? pickSymbol(index).className : "rect"} colour-${colour}`,
    ),
  );
  const ends = scale === undefined ? [] : [buildScale(scale)];
  const open =
    provisional === undefined
      ? []
      : [buildItem(provisional, `swatch provisional-${drawnAs}`)];
  return [...items, ...ends, ...open];
}

function buildItem(text: string, className: string): HTMLElement {
  return createElement("li", {}, [
    createElement("span", { className, attributes: { "aria-hidden": "true" } }),
    document.createTextNode(text),
  ]);
}

function buildScale([least, most]: readonly [string, string]): HTMLElement {
  return createElement("li", {}, [
    document.createTextNode(least),
    createElement("span", {
      className: "scale",
      attributes: { role: "img", "aria-label": "to" },
    }),
    document.createTextNode(most),
  ]);
}
