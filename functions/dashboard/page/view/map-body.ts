import type { Chart } from "#shared/domain/dashboards/answer.ts";
import type { PageContext } from "../charts/drawing-context.ts";
import { summarizeChart } from "../charts/summarize-chart.ts";
import type { CardBody } from "./card-body.ts";
import { buildLegend } from "./build-legend.ts";
import { createElement } from "./create-element.ts";
import { CANNOT_BE_DRAWN, createPlot } from "./plot.ts";
import type * as MapModule from "../map/draw-map.ts";

const regionNames = new Intl.DisplayNames(["en"], { type: "region" });
/** Kept for the next card: whoever has opened a map sees it in other periods too. */
let loaded: typeof MapModule | undefined;

/** A map is loaded when somebody opens it: the bars beside it tell the same more exactly, without its weight. */
export function createMapBody(): CardBody {
  const plot = createPlot();
  const legend = createElement("ul", { className: "legend" });
  const undrawn = createElement("p", { className: "note" });
  const button = createElement("button", {
    text: "Show the map",
    attributes: { type: "button" },
  });
  // Told aloud.
  const state = createElement("p", {
    attributes: { role: "status", tabindex: "-1" },
  });
  const closed = createElement("div", { className: "plot closed" }, [
    button,
    state,
  ]);
  const element = createElement("div", {}, [closed]);
  let latest: { chart: Chart; context: PageContext } | undefined;

  const draw = () => {
    if (loaded === undefined) return;
    // First, as nothing can be laid out elsewhere; something else may be shown in its place.
    if (plot.element.parentNode !== element)
      element.replaceChildren(plot.element, legend, undrawn);
    if (latest === undefined) return;
    const { chart, context } = latest;
    const { buildMapOption } = loaded;
    plot.draw(
      (width) => buildMapOption(chart, { ...context, width }),
      summarizeChart(chart),
    );
    legend.replaceChildren(...buildLegend(loaded.planMapLegend(chart)));
    const names = loaded
      .listUndrawn(chart)
      .map((code) => (/^[A-Z]{2}$/.test(code) ? regionNames.of(code) : code));
    undrawn.textContent =
      names.length === 0
        ? ""
        : `Not on this map, but in the table: ${names.join(", ")}.`;
  };
  const open = async () => {
    // Not `disabled`, which would take the focus away.
    if (button.getAttribute("aria-disabled") === "true") return;
    button.setAttribute("aria-disabled", "true");
    state.textContent = "Loading the map.";
    try {
      loaded = await import("../map/draw-map.ts");
    } catch {
      // Browsers keep what became of an import: trying again would fail at once, whatever the connection is by then.
      state.textContent =
        "The map could not be loaded. Reload the page to try again.";
      replaceFocused(button, state, () => button.remove());
      return;
    }
    // Another tab or period is open by now.
    if (!element.isConnected) return;
    plot.element.tabIndex = -1;
    try {
      replaceFocused(button, plot.element, draw);
    } catch (error) {
      reportError(error);
      plot.clear();
      state.textContent = CANNOT_BE_DRAWN;
      element.replaceChildren(state);
    }
  };
  button.addEventListener("click", () => void open());
  draw();
  return {
    element,
    show: (chart, context) => {
      latest = { chart, context };
      draw();
    },
    close: () => plot.clear(),
  };
}

/** Takes something out of the page by this; whoever is there goes on at the other one. */
function replaceFocused(
  old: HTMLElement,
  next: HTMLElement,
  replace: () => void,
): void {
  const hasFocus = old === document.activeElement;
  replace();
  if (hasFocus) next.focus({ preventScroll: true });
}
