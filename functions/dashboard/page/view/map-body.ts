import type { Chart } from "#shared/domain/dashboards/answer.ts";
import type { PageContext } from "../charts/drawing-context.ts";
import { summarizeChart } from "../charts/summarize-chart.ts";
import type { CardBody } from "./card-body.ts";
import { buildLegend } from "./build-legend.ts";
import { createElement } from "./create-element.ts";
import { createPlot } from "./plot.ts";
import type * as MapModule from "../map/draw-map.ts";

const regionNames = new Intl.DisplayNames(["en"], { type: "region" });

/** A map is loaded when somebody opens it: the bars beside it tell the same more exactly, without its weight. */
export function createMapBody(): CardBody {
  const plot = createPlot();
  const legend = createElement("ul", { className: "legend" });
  const undrawn = createElement("p", { className: "note" });
  const button = createElement("button", {
    text: "Show the map",
    attributes: { type: "button" },
  });
  const closed = createElement("div", { className: "plot closed" }, [button]);
  const element = createElement("div", {}, [closed]);
  let module: typeof MapModule | undefined;
  let latest: { chart: Chart; context: PageContext } | undefined;

  const draw = () => {
    if (module === undefined || latest === undefined) return;
    const { chart, context } = latest;
    const { buildMapOption } = module;
    plot.draw(
      (width) => buildMapOption(chart, { ...context, width }),
      summarizeChart(chart),
    );
    legend.replaceChildren(...buildLegend(module.planMapLegend(chart)));
    const names = module
      .listUndrawn(chart)
      .map((code) => (/^[A-Z]{2}$/.test(code) ? regionNames.of(code) : code));
    undrawn.textContent =
      names.length === 0
        ? ""
        : `Not on this map, but in the table: ${names.join(", ")}.`;
  };
  const open = async () => {
    button.disabled = true;
    button.textContent = "Loading the map";
    try {
      module = await import("../map/draw-map.ts");
      element.replaceChildren(plot.element, legend, undrawn);
      draw();
    } catch {
      button.disabled = false;
      button.textContent = "The map could not be loaded. Try again";
    }
  };
  button.addEventListener("click", () => void open());
  return {
    element,
    show: (chart, context) => {
      latest = { chart, context };
      draw();
    },
    close: () => plot.clear(),
  };
}
