import type {
  Chart,
  ChartDefinition,
} from "#shared/domain/dashboards/answer.ts";
import { buildOption } from "../charts/build-option.ts";
import type { PageContext } from "../charts/drawing-context.ts";
import { summarizeChart } from "../charts/summarize-chart.ts";
import { buildFigures } from "./build-figures.ts";
import { buildTable, updateTable } from "./build-table.ts";
import { createElement } from "./create-element.ts";
import { createMapBody } from "./map-body.ts";
import { createPlot } from "./plot.ts";

/** What a card shows of a chart. */
export interface CardBody {
  readonly element: HTMLElement;
  show(chart: Chart, context: PageContext): void;
  close(): void;
}

/** Makes the body for a kind of chart; it takes its room before there is anything to show. */
export function createCardBody({ kind, title }: ChartDefinition): CardBody {
  switch (kind) {
    case "figures":
      return createReplacedBody("figures-place", buildFigures);
    case "table":
      return createReplacedBody("table-place", (chart) =>
        buildScroller(
          chart.rows.length === 0 ? undefined : buildTable(chart),
          title,
        ),
      );
    case "map":
      return createMapBody();
    default:
      return createPlotBody();
  }
}

/** A table in a place of its own to scroll in, which the keyboard reaches. */
export function buildScroller(
  table: HTMLTableElement | undefined,
  title: string,
): HTMLElement {
  if (table === undefined)
    return createElement("p", { className: "nothing", text: "None." });
  return createElement(
    "div",
    {
      className: "scroller",
      attributes: {
        role: "region",
        tabindex: "0",
        "aria-label": `Table: ${title}`,
      },
    },
    [table],
  );
}

/** Puts what was built anew into its place; whoever reads a table there is not thrown back to its beginning. */
export function renew(place: HTMLElement, built: HTMLElement): void {
  const old = place.firstElementChild;
  const [shownTable, builtTable] = [old, built].map((element) =>
    element?.querySelector("table"),
  );
  if (shownTable && builtTable && updateTable(shownTable, builtTable)) return;
  const [top, left] = [old?.scrollTop ?? 0, old?.scrollLeft ?? 0];
  const hasFocus = old !== null && old === document.activeElement;
  place.replaceChildren(built);
  built.scrollTo(left, top);
  if (hasFocus) built.focus({ preventScroll: true });
}

function createReplacedBody(
  className: string,
  build: (chart: Chart) => HTMLElement,
): CardBody {
  const element = createElement("div", { className });
  return {
    element,
    show: (chart) => renew(element, build(chart)),
    close: () => undefined,
  };
}

function createPlotBody(): CardBody {
  const plot = createPlot();
  return {
    element: plot.element,
    show: (chart, context) => {
      if (chart.rows.length > 0)
        plot.draw(
          (width) => buildOption(chart, { ...context, width }) ?? {},
          summarizeChart(chart),
        );
      else {
        plot.clear();
        plot.element.replaceChildren(
          createElement("p", {
            className: "nothing",
            text: "No data in this period.",
          }),
        );
      }
    },
    close: () => plot.clear(),
  };
}
